//! The code of one service: a trait, a server, a client, a module of constants, and perhaps a mock.

mod client;
mod constants;
mod contract;
mod mock;
mod model;
mod server;

use std::rc::Rc;

pub(crate) use self::model::Facts;
use self::model::Service;
use crate::options::Options;

/// Writes all services of the schema, as prost comes to them.
pub(crate) struct ServiceGenerator {
    pub(crate) options: Options,
    pub(crate) facts: Rc<Facts>,
}

impl prost_build::ServiceGenerator for ServiceGenerator {
    fn generate(&mut self, service: prost_build::Service, buf: &mut String) {
        // Not so in packages that get no code.
        let Some(service) = Service::new(service, &self.facts, &self.options) else { return };
        if self.options.server {
            buf.push_str(&contract::contract(&service));
            buf.push_str(&server::server(&service));
        }
        if self.options.client {
            buf.push_str(&client::client(&service));
        }
        buf.push_str(&constants::constants(&service));
        if self.options.mocks {
            buf.push_str(&mock::mock(&service));
        }
    }
}
