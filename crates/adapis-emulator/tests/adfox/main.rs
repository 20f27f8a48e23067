//! The ADFOX server over real sockets: carriers, envelope, objects, codes.

mod carriers;
mod codes;
mod envelope;
mod lists;
mod objects;
mod placing;
mod server;
mod targeting;
mod users;
