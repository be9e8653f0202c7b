use serde_json::{Map, Value, json};

/// What an operation gives: the fields of its answer, or why there are none.
pub(crate) type Outcome = Result<Value, No>;

/// Why an operation gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum No {
    /// Refused, by the library's stable name of the cause.
    Refused(&'static str),
    /// The library does not offer it.
    Unsupported,
}

impl No {
    /// The line itself is wrong: a field is missing or is not what it should be.
    pub(crate) const BAD_REQUEST: Self = Self::Refused("bad-request");
}

/// One line, with its end.
pub(crate) fn line(id: Value, outcome: Outcome) -> Vec<u8> {
    let mut answer = Map::new();
    answer.insert("id".to_owned(), id);
    match outcome {
        Ok(fields) => {
            answer.insert("ok".to_owned(), json!(true));
            if let Value::Object(fields) = fields {
                answer.extend(fields);
            }
        }
        Err(No::Refused(name)) => {
            answer.insert("ok".to_owned(), json!(false));
            answer.insert("err".to_owned(), json!(name));
        }
        Err(No::Unsupported) => {
            answer.insert("unsupported".to_owned(), json!(true));
        }
    }
    let mut line = Value::Object(answer).to_string().into_bytes();
    line.push(b'\n');
    line
}

/// The answer to a line that is no request.
pub(crate) fn bad_request() -> Vec<u8> {
    line(Value::Null, Err(No::BAD_REQUEST))
}
