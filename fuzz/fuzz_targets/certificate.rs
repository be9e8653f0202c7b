//! A certificate: put together again from its parts it is the same, and nothing that can be asked of it panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cert::{Certificate, Name, Profile, SerialNumber, assemble_certificate, lint, lint_tbs};

fuzz_target!(|data: &[u8]| {
    let Ok(certificate) = Certificate::parse_any(data) else {
        assert!(Certificate::parse(data).is_err());
        return;
    };
    if let Ok(bare) = Certificate::parse(data) {
        assert_eq!(bare.der(), data);
        assert_eq!(bare, certificate);
    }
    let again = assemble_certificate(
        certificate.tbs_der(),
        certificate.signature_algorithm(),
        certificate.signature(),
    );
    assert_eq!(again.as_ref(), Ok(&certificate));
    let from_pem = Certificate::parse_any(certificate.to_pem().as_bytes());
    assert_eq!(from_pem.as_ref(), Ok(&certificate));

    for name in [certificate.subject(), certificate.issuer()] {
        assert_eq!(Name::parse(name.der()).as_ref(), Ok(name));
        assert!(name.matches(name));
        assert!(!name.to_folder_name().contains(['/', '\\', '\0']));
    }
    let serial = certificate.serial_number();
    assert_eq!(
        SerialNumber::from_octets(serial.octets()).as_ref(),
        Ok(serial)
    );

    let extensions = certificate.extensions().count();
    assert!(certificate.critical_extensions().count() <= extensions);
    for extension in certificate.extensions() {
        assert_eq!(
            certificate.extension(extension.oid).map(|e| e.value),
            Some(extension.value)
        );
    }
    for profile in Profile::ALL {
        assert_eq!(
            lint_tbs(certificate.tbs_der(), *profile).map(|f| f.len()),
            Ok(lint(&certificate, *profile).len())
        );
    }
    let _ = (
        certificate.display_name(),
        certificate.product(),
        certificate.authority(),
        certificate.policy(),
        certificate.use_of_key(),
        certificate.is_ca(),
        certificate.is_self_issued(),
        certificate.unknown_critical(),
        certificate.crl_distribution_points().len(),
        certificate.identify_data(),
        format!("{certificate:?}"),
    );
});
