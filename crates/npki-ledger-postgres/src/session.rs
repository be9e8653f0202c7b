//! One connection: how it is opened, and the statements that were prepared on it.

use std::{collections::BTreeMap, time::Duration};

use npki_ledger::NameError;
use postgres::{
    Client, Config, NoTls, Row, Statement,
    config::{Host, SslMode},
    types::ToSql,
};

use crate::{
    error::{Error, OpenError, corrupt},
    schema,
};

/// Where a ledger is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    config: Config,
    schema: String,
}

impl Place {
    pub(crate) fn parse(url: &str, schema: &str) -> Result<Self, OpenError> {
        let mut config: Config = url
            .parse()
            .map_err(|error: postgres::Error| OpenError::Url(Box::new(error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("npki-ledger");
        }
        protected(&config)?;
        // Quoted, these characters say nothing but themselves.
        let is_name = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        if schema.is_empty() || schema.len() > npki_ledger::NAME_MAX || !schema.bytes().all(is_name)
        {
            return Err(OpenError::Name(NameError {
                what: "ledger name",
                found: schema.chars().take(80).collect(),
            }));
        }
        Ok(Self {
            config,
            schema: schema.to_owned(),
        })
    }

    /// The schema's name; needs quotes in SQL, and no more than quotes.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }
}

/// What goes over the wire is ciphertext and pseudonyms, and the password: no way that others can read.
fn protected(config: &Config) -> Result<(), OpenError> {
    if config.get_ssl_mode() == SslMode::Disable {
        return Ok(());
    }
    // An address, if there is one, is what is connected to, whatever the name says.
    for address in config.get_hostaddrs() {
        if !address.is_loopback() {
            let host = address.to_string();
            return Err(OpenError::Unprotected { host });
        }
    }
    if !config.get_hostaddrs().is_empty() {
        return Ok(());
    }
    for host in config.get_hosts() {
        match host {
            Host::Tcp(name) if !is_here(name) => {
                let host = name.clone();
                return Err(OpenError::Unprotected { host });
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// A connection to a ledger's schema. All but [`Session::open`] wants it to be there.
pub(crate) struct Session {
    client: Client,
    prepared: BTreeMap<&'static str, Statement>,
}

impl Session {
    /// Connects, and brings the schema up to date.
    pub(crate) fn open(place: &Place) -> Result<Self, Error> {
        let mut client = place.config.connect(NoTls)?;
        client.batch_execute(SETTINGS)?;
        client.query(
            "SELECT set_config('search_path', $1, false)",
            &[&format!("\"{}\"", place.schema)],
        )?;
        schema::migrate(&mut client, place)?;
        Ok(Self {
            client,
            prepared: BTreeMap::new(),
        })
    }

    /// Runs one statement, prepared once a connection.
    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        let statement = match self.prepared.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.client.prepare(sql)?;
                self.prepared.insert(sql, statement.clone());
                statement
            }
        };
        Ok(self.client.query(&statement, parameters)?)
    }

    /// The client itself, for what is not prepared.
    pub(crate) const fn client(&mut self) -> &mut Client {
        &mut self.client
    }
}

/// A connection that is opened when it is wanted, and again when it was lost.
pub(crate) struct Line {
    place: Place,
    session: Option<Session>,
}

impl Line {
    pub(crate) const fn new(place: Place) -> Self {
        Self {
            place,
            session: None,
        }
    }

    /// A line that is open already: so that who opens a ledger hears what is wrong with it.
    pub(crate) fn opened(place: Place) -> Result<Self, Error> {
        let session = Some(Session::open(&place)?);
        Ok(Self { place, session })
    }

    /// Does something that may be begun again; once more on a new connection if the old one was lost.
    pub(crate) fn with<T>(
        &mut self,
        mut act: impl FnMut(&mut Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some(session) = &mut self.session {
            match act(session) {
                Err(error) if error.is_lost() => self.session = None,
                Err(error) => {
                    // Who stopped in a transaction leaves it to the server.
                    self.session = None;
                    return Err(error);
                }
                done => return done,
            }
        }
        let session = self.session.insert(Session::open(&self.place)?);
        let done = act(session);
        if done.is_err() {
            self.session = None;
        }
        done
    }

    /// The connection that was just used.
    pub(crate) const fn session(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    /// Gives the connection up; the server rolls back what was open on it.
    pub(crate) fn hang_up(&mut self) {
        self.session = None;
    }
}

/// Reads a column; a value that cannot be there is a damaged row.
pub(crate) fn column<'a, T: postgres::types::FromSql<'a>>(
    row: &'a Row,
    at: usize,
) -> Result<T, Error> {
    row.try_get(at).map_err(|error| corrupt("a row", error))
}

/// If the connection string says nothing.
const CONNECT: Duration = Duration::from_secs(10);

/// Every statement here has an index, and plans are kept for the life of a connection, in which a table
/// may grow from nothing: so plans that are good for small tables only are not looked at.
///
/// A writer waits 20 s for its turn. One that stands still with the lock in its hand, a machine that
/// was put to sleep for instance, loses it after 10 s.
const SETTINGS: &str = "
    SET default_transaction_isolation = 'read committed';
    SET lock_timeout = '20s';
    SET idle_in_transaction_session_timeout = '10s';
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET enable_hashagg = off;
    SET jit = off;
    SELECT set_config('synchronous_commit', 'on', false)
     WHERE current_setting('synchronous_commit') = 'off';
";
