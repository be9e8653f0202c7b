//! What the subscriber has written down: what was received, and what was acknowledged.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use npki_cert::Certificate;
use npki_core::OrderId;

pub(crate) struct Diary {
    file: File,
    lines: Vec<(String, String)>,
}

impl Diary {
    pub(crate) fn open(path: &Path) -> Self {
        let mut options = File::options();
        let file = options.append(true).create(true).open(path).unwrap();
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| line.split_once(": ").unwrap());
        let lines = lines.map(|(what, said)| (what.to_owned(), said.to_owned()));
        Self {
            lines: lines.collect(),
            file,
        }
    }

    pub(crate) fn find(&self, what: &str, name: &str) -> Option<&str> {
        let what = format!("{what} {name}");
        let line = self.lines.iter().find(|line| line.0 == what)?;
        Some(&line.1)
    }

    /// What stands there last of this kind.
    pub(crate) fn last(&self, what: &str) -> Option<&str> {
        let kind = |line: &&(String, String)| line.0.split(' ').next() == Some(what);
        self.lines.iter().rev().find(kind).map(|line| &*line.1)
    }

    pub(crate) fn write(&mut self, what: &str, name: &str, said: &str) {
        let line = format!("{what} {name}: {said}\n");
        // At once, so that there are whole lines only.
        self.file.write_all(line.as_bytes()).unwrap();
        self.lines.push((format!("{what} {name}"), said.to_owned()));
    }

    pub(crate) fn received(&self, name: &str) -> Option<(OrderId, Certificate)> {
        let (order, certificate) = self.find("received", name)?.split_once(' ').unwrap();
        let order = OrderId::from_octets(unhex(order).try_into().unwrap());
        Some((order, Certificate::parse(&unhex(certificate)).unwrap()))
    }

    pub(crate) fn receive(&mut self, name: &str, order: &OrderId, certificate: &Certificate) {
        let der = certificate.der().iter().map(|b| format!("{b:02x}"));
        let said = format!("{order} {}", der.collect::<String>());
        self.write("received", name, &said);
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    let octets = digits.as_bytes().chunks(2);
    octets
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
