//! Which certificate authorities the table's endpoint is believed by.
//!
//! Why AWS's own five and not the system's hundred and forty: reading those is half of all instructions between a
//! function's start and its first poll (infra/README.md, Cold start), and none of the others ever signs what a function
//! talks to. What it never does: weaken a check; fewer are believed, not more.

use aws_smithy_http_client::tls::{TlsContext, TrustStore};

/// Amazon Trust Services' roots, which sign the endpoints of the partitions `aws` and `aws-us-gov`.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Beginnings of regions whose endpoints others may sign.
const OTHER_PARTITIONS: [&str; 4] = ["cn-", "us-iso", "eu-isoe-", "eusc-"];

/// Whom to believe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Amazon Trust Services only.
    Amazon,
    /// The system's bundle, or what `SSL_CERT_FILE` or `SSL_CERT_DIR` names.
    System,
}

impl Trust {
    /// The system's where an operator names a bundle or another endpoint, or where the region lies in another
    /// partition; else Amazon's.
    pub fn of(region: &str, endpoint_is_given: bool, bundle_is_given: bool) -> Self {
        let elsewhere = OTHER_PARTITIONS.iter().any(|begin| region.starts_with(begin));
        if elsewhere || endpoint_is_given || bundle_is_given { Self::System } else { Self::Amazon }
    }

    pub(crate) fn context(self) -> TlsContext {
        let store = match self {
            Self::Amazon => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS),
            Self::System => TrustStore::default(),
        };
        TlsContext::builder().with_trust_store(store).build().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{AMAZON_ROOTS, Trust};

    #[test]
    fn another_endpoint_bundle_or_partition_is_the_systems() {
        assert_eq!(Trust::of("eu-central-1", false, false), Trust::Amazon);
        assert_eq!(Trust::of("us-gov-west-1", false, false), Trust::Amazon);
        for (region, endpoint, bundle) in [
            ("eu-central-1", true, false),
            ("eu-central-1", false, true),
            ("cn-north-1", false, false),
            ("us-iso-east-1", false, false),
        ] {
            assert_eq!(Trust::of(region, endpoint, bundle), Trust::System, "{region} {endpoint} {bundle}");
        }
    }

    #[test]
    fn the_five_are_there() {
        let text = String::from_utf8_lossy(AMAZON_ROOTS);
        assert_eq!(text.matches("-----BEGIN CERTIFICATE-----").count(), 5);
        assert_eq!(text.matches("CN = Amazon Root CA").count(), 4);
    }
}
