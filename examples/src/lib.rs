//! What the examples share: a small HTTP server and client on blocking sockets.

mod http;

pub use http::{Stop, post, serve};
