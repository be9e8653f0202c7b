//! New keys survive an attempt that was cut short: the CA gives their certificates to nobody else (R65).

use npki_ca::CertificateStatus;
use npki_lab::LabLedgers;
use npki_media::Medium as _;

use crate::common::{NEW, OTHER};
use crate::pair::Scene;

/// The files of new keys, beside the NPKI folder.
fn pending(scene: &Scene<'_>) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(scene.home.path("NPKI.pending"))
        .into_iter()
        .flatten()
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

#[test]
fn a_lost_pair_is_asked_for_again_by_the_same_keys() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let order = scene.order();
    scene.play(|| {
        *scene.lost.lock().unwrap() = "ir";
        let failed = scene.issue(&order, &[]).with(4).json();
        assert_eq!(failed["error"]["kind"], "unreachable");
        assert!(scene.home.medium().list().unwrap().is_empty());
        let reference = order.reference.as_str();
        let kept = [
            format!("{reference}.km.key"),
            format!("{reference}.sign.key"),
        ];
        assert_eq!(pending(&scene), kept);
        *scene.lost.lock().unwrap() = "";

        // A code that is mistyped and a password that is another one lose nothing.
        let code = order.authorization_code.expose_code();
        let line = ["--ref", reference];
        let refused = scene.npki("issue", &line, &["00000000", crate::common::PASSWORD]);
        assert_eq!(refused.with(1).json()["error"]["kind"], "refused-by-ca");
        let other = scene.npki("issue", &line, &[code, OTHER]).with(3).json();
        assert_eq!(other["error"]["kind"], "pending-keys");
        assert_eq!(pending(&scene), kept);

        let issued = scene.issue(&order, &[]).with(0).json();
        // The keys are there, so nobody has to be asked how many.
        assert_eq!(scene.asked(), ["genm", "ir", "certConf"]);
        let stored = scene.stored();
        let km = &stored.km.as_ref().unwrap().certificate;
        assert_eq!(issued["km_serial"], km.serial_number().to_string());
        assert_eq!(scene.status(&stored), [CertificateStatus::Good; 2]);
        assert!(!scene.home.path("NPKI.pending").exists());
    });
}

/// A medium that does not take the pair takes no half of it, and the CA hears no certConf; once it does, the same keys
/// get the same two.
#[test]
fn r65_a_pair_is_stored_whole_or_not_confirmed() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let order = scene.order();
    // Where the CA's folder would be.
    std::fs::create_dir(scene.home.path("NPKI")).unwrap();
    let in_the_way = scene.home.write("NPKI/Lab-yessign", b"");
    scene.play(|| {
        scene.issue(&order, &[]).with(3);
        assert_eq!(scene.asked(), ["genm", "genm", "ir"]);
        let left = std::fs::read_dir(scene.home.path("NPKI")).unwrap();
        let left: Vec<_> = left.map(|file| file.unwrap().path()).collect();
        assert_eq!(left, [std::path::Path::new(&in_the_way)]);

        std::fs::remove_file(&in_the_way).unwrap();
        scene.issue(&order, &[]).with(0);
        assert_eq!(scene.asked(), ["genm", "ir", "certConf"]);
        assert_eq!(scene.status(&scene.stored()), [CertificateStatus::Good; 2]);
        assert!(pending(&scene).is_empty());
    });
}

/// Whether the CA has the confirmation is not known: both pairs are kept, and the same command sends it again.
#[test]
fn r65_a_lost_confirmation_is_sent_again() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let order = scene.order();
    scene.play(|| {
        scene.issue(&order, &[]).with(0);
        let old = scene.stored();
        let day = old.sign.certificate.not_after().kst_day().plus_days(-30);
        scene.lab.wait_until(day.start());
        let password = crate::common::PASSWORD;
        *scene.lost.lock().unwrap() = "certConf";
        let failed = scene.npki("renew", &[], &[password, NEW]).with(4).json();
        assert_eq!(failed["error"]["kind"], "unconfirmed");
        assert_eq!(
            scene.stored().sign.certificate.der(),
            old.sign.certificate.der()
        );
        let kept = scene.home.medium().unconfirmed().unwrap();
        assert_eq!(scene.status(&kept[0].bundle), [CertificateStatus::Good; 2]);
        *scene.lost.lock().unwrap() = "";
        scene.npki("renew", &[], &[password, NEW]).with(0);
        assert_eq!(scene.asked(), ["certConf"]);
        assert!(scene.stored().same_bytes(&kept[0].bundle));
        assert!(scene.home.medium().unconfirmed().unwrap().is_empty());
        assert!(pending(&scene).is_empty());
    });
}

/// Until the new pair is stored the old one stands, and asks again.
#[test]
fn a_lost_renewal_is_asked_for_again_by_the_same_keys() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let order = scene.order();
    scene.play(|| {
        scene.issue(&order, &[]).with(0);
        let old = scene.stored();
        let day = old.sign.certificate.not_after().kst_day().plus_days(-30);
        scene.lab.wait_until(day.start());
        let password = crate::common::PASSWORD;
        *scene.lost.lock().unwrap() = "kur";
        scene.npki("renew", &[], &[password, NEW]).with(4);
        assert_eq!(scene.status(&old), [CertificateStatus::Good; 2]);
        assert_eq!(pending(&scene).len(), 2);
        *scene.lost.lock().unwrap() = "";
        scene.npki("renew", &[], &[password, NEW]).with(0);
        assert_eq!(scene.asked(), ["genm", "kur", "certConf"]);
        assert_eq!(scene.status(&scene.stored()), [CertificateStatus::Good; 2]);
        assert!(pending(&scene).is_empty());
        assert!(matches!(
            scene.status(&old)[0],
            CertificateStatus::Revoked(_)
        ));
    });
}
