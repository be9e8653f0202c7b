mod certificate;
mod cmp;
pub(super) mod container;
mod crl;

use npki_cert::{Certificate, Crl};
use npki_cmp::Message;
use npki_container::{Bounds, EncryptedPrivateKeyInfo, ParseError, Pfx};

use crate::cli::Show;
use crate::context::Context;
use crate::entries;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Show, context: &Context) -> Result<Report, Failure> {
    let Some(path) = &args.file else {
        let found = entries::choose(context, args.chosen.dn.as_deref())?;
        return match found.certificate() {
            Some(found) => Ok(certificate::report(found, context)),
            None => Err(Failure::new(
                Exit::CannotOpen,
                "not-a-certificate",
                say!(
                    "읽을 수 있는 인증서가 없습니다. 다른 저장매체에서 다시 복사하세요.",
                    "there is no certificate that can be read; copy the pair again from another medium."
                ),
            )),
        };
    };
    let octets = files::read(path, files::LARGE)?;
    if let Ok(found) = Certificate::parse_any(&octets) {
        return Ok(certificate::report(&found, context));
    }
    if let Ok(found) = Crl::parse_any(&octets) {
        return Ok(crl::report(&found, context));
    }
    if let Ok(found) = Message::parse(&octets) {
        return Ok(cmp::report(&found, context));
    }
    match EncryptedPrivateKeyInfo::parse_any(&octets) {
        Ok(key) => return container::key(&key, &octets, args, context),
        Err(ParseError::NotEncrypted) => {
            return Err(Failure::new(
                Exit::CannotOpen,
                "not-encrypted",
                say!(
                    "암호화되지 않은 개인키입니다. 누구나 쓸 수 있으니 지우거나 암호화하세요.",
                    "this is a private key that is not encrypted: whoever has the file can use it. Delete it or encrypt it."
                ),
            ));
        }
        Err(_) => {}
    }
    match Pfx::parse(&octets, &Bounds::DEFAULT) {
        Ok(pfx) => container::pfx(&pfx, &octets, args, context),
        Err(_) => Err(Failure::new(
            Exit::CannotOpen,
            "unknown-file",
            say!(
                "인증서, 개인키, PFX, CRL, CMP 메시지 어느 것도 아닙니다. 알맞은 파일인지 확인하세요.",
                "this is neither a certificate nor a private key, PFX, CRL or CMP message; check that it is the right file."
            ),
        )),
    }
}
