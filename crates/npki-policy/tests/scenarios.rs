//! Scenarios written from the bank's guides, row by row (S…), each boundary from both sides.
//!
//! A line is a source, a question and an answer, in the words of the command that asks the policy
//! in JSON. Times are Korean. Left out of a question: a PC, an individual, the ordinary facts; of
//! a certificate: the product asked for, its first CA, issued by this bank, valid from its issue,
//! free; of an answer: nothing refuses, never opens, no fee and no dates.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use core::{fmt::Debug, str::FromStr};

use npki_core::{Channel, Holder, Instant, Product};
use npki_policy::{
    CertificateState, Facts, HeldCertificate, Krw, LastEvent, Policy, Ra, Request, evaluate,
};
use serde_json::{Map, Value, json};

const SCENARIOS: &str = r#"
# Who may have what.
S5 | {"action":"issue","product":"personal-limited","holder":"individual","now":"2026-11-23 12:00:00"} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S5 | {"action":"issue","product":"personal-limited","holder":"sole-proprietor","now":"2026-11-23 12:00:00"} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S5 | {"action":"issue","product":"personal-general","holder":"association","now":"2026-11-23 12:00:00"} | {"fee":4400,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S5 | {"action":"issue","product":"personal-limited","holder":"corporation","now":"2026-11-23 12:00:00"} | {"rules":["R2"],"fee":0}
S5 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"personal_banking":false}} | {"rules":["R2"],"fee":0}
S5 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"business_banking":false}} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S6 | {"action":"issue","product":"business-general","holder":"corporation","now":"2026-11-23 12:00:00"} | {"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S6 | {"action":"issue","product":"business-limited","holder":"individual","now":"2026-11-23 12:00:00"} | {"rules":["R2"]}
S6 | {"action":"issue","product":"business-limited","holder":"corporation","now":"2026-11-23 12:00:00","facts":{"business_banking":false}} | {"rules":["R2"]}
S7 | {"action":"use","product":"business-limited","holder":"corporation","now":"2026-12-01 12:00:00","facts":{"purpose":"bidding","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S8 | {"action":"issue","product":"business-limited","holder":"sole-proprietor","now":"2026-11-23 12:00:00","facts":{"business_number_registered":false}} | {"rules":["R1"]}
S8 | {"action":"issue","product":"etax","holder":"association","now":"2026-11-23 12:00:00","facts":{"business_number_registered":false}} | {"rules":["R1"]}
S8 | {"action":"issue","product":"business-limited","holder":"sole-proprietor","now":"2026-11-23 12:00:00","facts":{"business_number_registered":true}} | {"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S8 | {"action":"issue","product":"business-limited","holder":"corporation","now":"2026-11-23 12:00:00","facts":{"business_number_registered":false}} | {"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S8 | {"action":"issue","product":"personal-limited","holder":"sole-proprietor","now":"2026-11-23 12:00:00","facts":{"business_number_registered":false}} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S44 | {"action":"issue","product":"personal-general","now":"2026-11-23 12:00:00","facts":{"issuer":"KOSCOM"}} | {"fee":4400,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S44 | {"action":"issue","product":"personal-general","now":"2026-11-23 12:00:00","facts":{"issuer":"yessign"}} | {"rules":["R2"],"fee":4400}
S44 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"issuer":"KICA"}} | {"rules":["R2"],"fee":0}

# What it is accepted for.
S10 | {"action":"use","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"purpose":"card","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S10 | {"action":"use","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"purpose":"egov","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S11 | {"action":"use","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"purpose":"securities","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R4"]}
S11 | {"action":"use","product":"personal-general","now":"2026-12-01 12:00:00","facts":{"purpose":"securities","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S15 | {"action":"use","product":"etax","holder":"corporation","now":"2026-12-01 12:00:00","facts":{"purpose":"etax","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S15 | {"action":"use","product":"etax","holder":"corporation","now":"2026-12-01 12:00:00","facts":{"purpose":"bank","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R4"]}
S15 | {"action":"use","product":"personal-general","now":"2026-12-01 12:00:00","facts":{"purpose":"etax","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R4"]}

# One year.
S19 | {"action":"issue","product":"personal-limited","now":"2028-02-29 12:00:00"} | {"fee":0,"not_before":"2028-02-29 12:00:00","not_after":"2029-02-28 23:59:59"}
S19 | {"action":"issue","product":"personal-limited","now":"2027-02-28 12:00:00"} | {"fee":0,"not_before":"2027-02-28 12:00:00","not_after":"2028-02-28 23:59:59"}
S19 | {"action":"issue","product":"personal-limited","now":"2027-12-31 22:59:59"} | {"fee":0,"not_before":"2027-12-31 22:59:59","not_after":"2028-12-31 23:59:59"}
S19 | {"action":"issue","channel":"branch","product":"personal-limited","now":"2028-01-01 00:00:00"} | {"fee":0,"not_before":"2028-01-01 00:00:00","not_after":"2029-01-01 23:59:59"}

# Logged in on the PC, logged out in the app.
S27 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"logged_in":true}} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S27 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"logged_in":false}} | {"rules":["R33"],"fee":0}
S28 | {"action":"issue","channel":"app","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"logged_in":true}} | {"rules":["R33"],"fee":0}
S28 | {"action":"issue","channel":"app","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"logged_in":false}} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S28 | {"action":"reissue","channel":"app","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"logged_in":true,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R33"],"fee":0}

# 01:00 to 23:00.
S32 | {"action":"issue","product":"personal-limited","now":"2026-11-23 00:59:59"} | {"rules":["R16"],"opens_at":"2026-11-23 01:00:00","fee":0}
S32 | {"action":"issue","product":"personal-limited","now":"2026-11-23 01:00:00"} | {"fee":0,"not_before":"2026-11-23 01:00:00","not_after":"2027-11-23 23:59:59"}
S32 | {"action":"issue","product":"personal-limited","now":"2026-11-23 22:59:59"} | {"fee":0,"not_before":"2026-11-23 22:59:59","not_after":"2027-11-23 23:59:59"}
S32 | {"action":"issue","product":"personal-limited","now":"2026-11-23 23:00:00"} | {"rules":["R16"],"opens_at":"2026-11-24 01:00:00","fee":0}
S32 | {"action":"issue","channel":"app","product":"personal-limited","now":"2027-12-31 23:30:00"} | {"rules":["R16"],"opens_at":"2028-01-01 01:00:00","fee":0}
S32 | {"action":"issue","channel":"branch","product":"personal-limited","now":"2026-11-23 00:30:00"} | {"fee":0,"not_before":"2026-11-23 00:30:00","not_after":"2027-11-23 23:59:59"}
S32 | {"action":"reissue","product":"personal-limited","now":"2026-12-01 23:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R16"],"opens_at":"2026-12-02 01:00:00","fee":0}
S32 | {"action":"renew","product":"personal-limited","now":"2027-11-01 23:30:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-11-01 23:30:00","not_after":"2028-11-23 23:59:59"}
S32 S50 | {"action":"issue","product":"personal-limited","now":"2026-11-23 23:00:00","facts":{"consent":false}} | {"rules":["R16","R17"],"opens_at":"2026-11-24 01:00:00","fee":0}

# Terms, consent, identification, one-time passwords.
S39 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"terms_accepted":false}} | {"rules":["R35"],"fee":0}
S50 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"consent":false}} | {"rules":["R17"],"fee":0}
S50 | {"action":"reissue","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"consent":false,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R17"],"fee":0}
S50 | {"action":"issue","channel":"branch","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"consent":false}} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S51 | {"action":"renew","product":"personal-limited","now":"2027-11-01 12:00:00","facts":{"consent":false,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-11-01 12:00:00","not_after":"2028-11-23 23:59:59"}
S64 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"identified":false}} | {"rules":["R36"],"fee":0}
S64 | {"action":"reissue","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"identified":false,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R36"],"fee":0}
S64 S127 | {"action":"register","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"identified":false,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","ra":"other"}}} | {"rules":["R36"]}
S108 | {"action":"renew","product":"personal-limited","now":"2027-11-01 12:00:00","facts":{"identified":false,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-11-01 12:00:00","not_after":"2028-11-23 23:59:59"}
S69 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"otp_failures":9}} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S69 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"otp_failures":10}} | {"rules":["R32"],"fee":0}
S69 | {"action":"register","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"otp_failures":10,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","ra":"other"}}} | {"rules":["R32"]}

# Money.
S70 | {"action":"issue","product":"personal-general","now":"2026-11-23 12:00:00","facts":{"balance":4399}} | {"rules":["R20"],"fee":4400}
S70 | {"action":"issue","product":"personal-general","now":"2026-11-23 12:00:00","facts":{"balance":4400}} | {"fee":4400,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S78 | {"action":"issue","product":"personal-limited","now":"2026-11-23 12:00:00","facts":{"balance":0}} | {"fee":0,"not_before":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}
S71 | {"action":"reissue","product":"personal-general","now":"2027-11-23 22:59:59","facts":{"balance":0,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {"fee":0,"not_before":"2027-11-23 22:59:59","not_after":"2027-11-23 23:59:59"}
S54 | {"action":"renew","product":"personal-general","now":"2027-11-01 12:00:00","facts":{"balance":4399,"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {"rules":["R20"],"fee":4400}
S54 | {"action":"issue","product":"personal-general","now":"2027-11-24 12:00:00","facts":{"others":[{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}]}} | {"fee":4400,"not_before":"2027-11-24 12:00:00","not_after":"2028-11-24 23:59:59"}
S55 | {"action":"refund","product":"personal-general","now":"2026-11-29 23:59:59","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {}
S55 | {"action":"refund","product":"personal-general","now":"2026-11-30 00:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {"rules":["R21"]}
S55 | {"action":"refund","product":"personal-general","now":"2028-03-04 23:59:59","facts":{"certificate":{"issued_at":"2028-02-27 00:10:00","not_after":"2029-02-27 23:59:59","paid_at":"2028-02-27 00:10:00"}}} | {}
S55 | {"action":"refund","product":"personal-general","now":"2028-03-05 00:00:00","facts":{"certificate":{"issued_at":"2028-02-27 00:10:00","not_after":"2029-02-27 23:59:59","paid_at":"2028-02-27 00:10:00"}}} | {"rules":["R21"]}
S55 S71 | {"action":"refund","product":"personal-general","now":"2026-12-02 12:00:00","facts":{"certificate":{"issued_at":"2026-12-01 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {"rules":["R21"]}
S10 S55 | {"action":"refund","product":"personal-limited","now":"2026-11-23 13:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R23"]}
S56 | {"action":"receipt","product":"personal-general","now":"2026-11-29 23:59:59","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {"rules":["R22"],"opens_at":"2026-11-30 00:00:00"}
S56 | {"action":"receipt","product":"personal-general","now":"2026-11-30 00:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {}
S55 S56 | {"action":"receipt","product":"personal-general","now":"2026-12-10 12:00:00","facts":{"last_event":{"kind":"revoke","at":"2026-11-29 23:59:59"},"certificate":{"state":"revoked","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {"rules":["R22"]}
S55 S56 | {"action":"receipt","product":"personal-general","now":"2026-12-10 12:00:00","facts":{"last_event":{"kind":"revoke","at":"2026-11-30 00:00:00"},"certificate":{"state":"revoked","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59","paid_at":"2026-11-23 12:00:00"}}} | {}
S124 | {"action":"receipt","product":"personal-limited","now":"2026-12-10 12:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R23"]}

# One beside another.
S45 | {"action":"issue","product":"personal-general","now":"2026-12-01 12:00:00","facts":{"issuer":"KICA","others":[{"issuer":"KICA","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}]}} | {"rules":["R18a"],"fee":4400}
S45 | {"action":"issue","product":"personal-general","now":"2026-12-01 12:00:00","facts":{"issuer":"KOSCOM","others":[{"issuer":"KICA","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}]}} | {"fee":4400,"not_before":"2026-12-01 12:00:00","not_after":"2027-12-01 23:59:59"}
S45 | {"action":"issue","channel":"branch","product":"personal-limited","now":"2027-11-23 23:59:59","facts":{"others":[{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}]}} | {"rules":["R18a"],"fee":0}
S45 | {"action":"issue","channel":"branch","product":"personal-limited","now":"2027-11-24 00:00:00","facts":{"others":[{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}]}} | {"fee":0,"not_before":"2027-11-24 00:00:00","not_after":"2028-11-24 23:59:59"}
S45 S118 | {"action":"issue","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"others":[{"state":"revoked","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}]}} | {"fee":0,"not_before":"2026-12-01 12:00:00","not_after":"2027-12-01 23:59:59"}
S45 S126 | {"action":"issue","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"others":[{"ra":"other","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}]}} | {"fee":0,"not_before":"2026-12-01 12:00:00","not_after":"2027-12-01 23:59:59"}

# Renewal.
S106 | {"action":"renew","product":"personal-limited","now":"2027-10-23 23:59:59","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R11"],"opens_at":"2027-10-24 00:00:00","fee":0}
S106 S107 | {"action":"renew","product":"personal-limited","now":"2027-10-24 00:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-10-24 00:00:00","not_after":"2028-11-23 23:59:59"}
S106 | {"action":"renew","product":"personal-limited","now":"2028-02-13 23:59:59","facts":{"certificate":{"issued_at":"2027-03-15 12:00:00","not_after":"2028-03-15 23:59:59"}}} | {"rules":["R11"],"opens_at":"2028-02-14 00:00:00","fee":0}
S106 S107 | {"action":"renew","product":"personal-limited","now":"2028-02-14 00:00:00","facts":{"certificate":{"issued_at":"2027-03-15 12:00:00","not_after":"2028-03-15 23:59:59"}}} | {"fee":0,"not_before":"2028-02-14 00:00:00","not_after":"2029-03-15 23:59:59"}
S107 S109 | {"action":"renew","product":"personal-limited","now":"2027-11-23 23:59:59","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-11-23 23:59:59","not_after":"2028-11-23 23:59:59"}
S109 | {"action":"renew","product":"personal-limited","now":"2027-11-24 00:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R11"],"fee":0}
S110 | {"action":"renew","channel":"branch","product":"personal-limited","now":"2027-11-01 12:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-11-01 12:00:00","not_after":"2028-11-23 23:59:59"}
S116 | {"action":"renew","product":"personal-limited","now":"2027-11-01 12:00:00","facts":{"certificate":{"state":"revoked","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R13"],"fee":0}
S114 | {"action":"renew","product":"personal-limited","now":"2027-11-01 12:00:00","facts":{"certificate":{"ra":"other","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-11-01 12:00:00","not_after":"2028-11-23 23:59:59"}

# Use and its end.
S109 | {"action":"use","product":"personal-limited","now":"2027-11-23 23:59:59","facts":{"purpose":"bank","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S109 | {"action":"use","product":"personal-limited","now":"2027-11-24 00:00:00","facts":{"purpose":"bank","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R14"]}
S113 | {"action":"use","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"purpose":"bank","certificate":{"state":"reissued","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R13"]}

# Reissue and revocation.
S111 S112 | {"action":"reissue","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2026-12-01 12:00:00","not_after":"2027-11-23 23:59:59"}
S23 S112 | {"action":"reissue","channel":"branch","product":"personal-limited","now":"2027-11-23 23:59:59","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"fee":0,"not_before":"2027-11-23 23:59:59","not_after":"2027-11-23 23:59:59"}
S23 S112 | {"action":"reissue","channel":"branch","product":"personal-limited","now":"2027-11-24 00:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R12"],"fee":0}
S118 | {"action":"reissue","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"certificate":{"state":"revoked","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R12"],"fee":0}
S111 S126 | {"action":"reissue","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"certificate":{"ra":"other","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R12"],"fee":0}
S115 | {"action":"revoke","product":"personal-limited","now":"2026-12-01 00:30:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S116 | {"action":"revoke","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"certificate":{"state":"revoked","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R19"]}
S115 | {"action":"revoke","product":"personal-limited","now":"2027-11-23 23:59:59","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S115 | {"action":"revoke","product":"personal-limited","now":"2027-11-24 00:00:00","facts":{"certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R19"]}

# Loans: four days, the day itself being the first.
S114 | {"action":"loan","product":"personal-limited","now":"2026-11-26 23:59:59","facts":{"last_event":{"kind":"issue","at":"2026-11-23 12:00:00"}}} | {"rules":["R15"],"opens_at":"2026-11-27 00:00:00"}
S114 | {"action":"loan","product":"personal-limited","now":"2026-11-27 00:00:00","facts":{"last_event":{"kind":"issue","at":"2026-11-23 12:00:00"}}} | {}
S114 | {"action":"loan","channel":"app","product":"personal-limited","now":"2026-11-23 23:59:59","facts":{"last_event":{"kind":"reissue","at":"2026-11-23 23:59:59"}}} | {"rules":["R15"],"opens_at":"2026-11-27 00:00:00"}
S114 | {"action":"loan","product":"personal-limited","now":"2028-03-01 23:59:59","facts":{"last_event":{"kind":"renew","at":"2028-02-27 12:00:00"}}} | {"rules":["R15"],"opens_at":"2028-03-02 00:00:00"}
S114 | {"action":"loan","product":"personal-limited","now":"2028-03-02 00:00:00","facts":{"last_event":{"kind":"renew","at":"2028-02-27 12:00:00"}}} | {}
S114 | {"action":"loan","product":"personal-limited","now":"2028-01-02 23:59:59","facts":{"last_event":{"kind":"register","at":"2027-12-30 00:00:00"}}} | {"rules":["R15"],"opens_at":"2028-01-03 00:00:00"}
S114 | {"action":"loan","channel":"branch","product":"personal-limited","now":"2026-11-24 12:00:00","facts":{"last_event":{"kind":"issue","at":"2026-11-23 12:00:00"}}} | {}
S114 | {"action":"loan","product":"personal-limited","now":"2026-11-24 12:00:00","facts":{"last_event":{"kind":"revoke","at":"2026-11-23 12:00:00"}}} | {}

# Other institutions.
S126 | {"action":"register","product":"personal-limited","now":"2026-12-01 00:30:00","facts":{"certificate":{"ra":"other","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S126 | {"action":"register","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"certificate":{"ra":"own","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R41"]}
S126 | {"action":"register","product":"personal-limited","now":"2027-11-24 00:00:00","facts":{"certificate":{"ra":"other","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R41"]}
S126 | {"action":"register","product":"etax","holder":"corporation","now":"2026-12-01 12:00:00","facts":{"certificate":{"ra":"other","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R41"]}
S128 | {"action":"register","product":"personal-limited","holder":"sole-proprietor","now":"2026-12-01 12:00:00","facts":{"certificate":{"ra":"other","issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}

# Copies.
S131 | {"action":"copy","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"medium":"phone","target_medium":"disk","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S132 | {"action":"copy","product":"business-limited","holder":"corporation","now":"2026-12-01 12:00:00","facts":{"medium":"disk","target_medium":"phone","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
S132 | {"action":"copy","product":"business-limited","holder":"corporation","now":"2026-12-01 12:00:00","facts":{"medium":"phone","target_medium":"disk","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R63"]}
S132 S15 | {"action":"copy","product":"etax","holder":"corporation","now":"2026-12-01 12:00:00","facts":{"medium":"phone","target_medium":"usb","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R63"]}
S90 | {"action":"copy","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"medium":"token","target_medium":"usb","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R64"]}
S90 S134 | {"action":"export","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"medium":"token","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {"rules":["R64"]}
S134 | {"action":"export","product":"personal-limited","now":"2026-12-01 12:00:00","facts":{"medium":"disk","certificate":{"issued_at":"2026-11-23 12:00:00","not_after":"2027-11-23 23:59:59"}}} | {}
"#;

#[test]
fn the_guides_row_by_row() {
    let policy = Policy::shipped();
    let mut count = 0;
    for line in SCENARIOS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let parts: Vec<_> = line.split(" | ").collect();
        assert_eq!(parts.len(), 3, "{line}");
        assert!(parts[0].split(' ').all(is_row), "{line}");
        let question = serde_json::from_str(parts[1]).unwrap();
        let mut wanted = json!({
            "rules": [], "opens_at": null, "fee": null, "not_before": null, "not_after": null,
        });
        let answer: Map<String, Value> = serde_json::from_str(parts[2]).unwrap();
        for (key, value) in answer {
            *wanted
                .get_mut(&key)
                .unwrap_or_else(|| panic!("{key}: {line}")) = value;
        }
        wanted["allowed"] = json!(wanted["rules"] == json!([]));
        assert_eq!(decide(&policy, question), wanted, "{line}");
        count += 1;
    }
    assert!(count >= 60, "{count}");
}

fn is_row(word: &str) -> bool {
    let number = word.strip_prefix('S').and_then(|n| n.parse::<u8>().ok());
    number.is_some_and(|n| (1..=141).contains(&n))
}

fn decide(policy: &Policy, mut question: Map<String, Value>) -> Value {
    let product: Product = word(question.remove("product")).unwrap();
    let request = Request {
        action: word(question.remove("action")).unwrap(),
        now: time(question.remove("now")).unwrap(),
        channel: word(question.remove("channel")).unwrap_or(Channel::Pc),
        product,
        holder: word(question.remove("holder")).unwrap_or(Holder::Individual),
        facts: facts(question.remove("facts"), product, policy),
    };
    assert!(question.is_empty(), "{question:?}");
    let decision = evaluate(policy, &request);
    let shown = |at: Option<Instant>| at.map(show);
    json!({
        "allowed": decision.allowed(),
        "rules": decision.refusing_rules().map(|rule| rule.to_string()).collect::<Vec<_>>(),
        "opens_at": shown(decision.opens_at()),
        "fee": decision.fee().map(|fee| fee.0),
        "not_before": shown(decision.not_before()),
        "not_after": shown(decision.not_after()),
    })
}

fn facts(value: Option<Value>, product: Product, policy: &Policy) -> Facts {
    let mut facts = Facts::default();
    let Some(Value::Object(fields)) = value else {
        return facts;
    };
    for (name, value) in fields {
        let flag = value.as_bool();
        match name.as_str() {
            "certificate" => facts.certificate = Some(held(value, product, policy)),
            "others" => {
                let others = value.as_array().unwrap().iter().cloned();
                facts.others = others.map(|other| held(other, product, policy)).collect();
            }
            "last_event" => {
                facts.last_event = Some(LastEvent {
                    kind: word(Some(value["kind"].clone())).unwrap(),
                    at: time(Some(value["at"].clone())).unwrap(),
                });
            }
            "purpose" => facts.purpose = word(Some(value)),
            "issuer" => facts.issuer = word(Some(value)),
            "medium" => facts.medium = word(Some(value)),
            "target_medium" => facts.target_medium = word(Some(value)),
            "logged_in" => facts.logged_in = flag,
            "consent" => facts.consent = flag,
            "personal_banking" => facts.personal_banking = flag,
            "business_banking" => facts.business_banking = flag,
            "business_number_registered" => facts.business_number_registered = flag,
            "terms_accepted" => facts.terms_accepted = flag,
            "identified" => facts.identified = flag,
            "otp_failures" => facts.otp_failures = value.as_u64().unwrap().try_into().ok(),
            "balance" => facts.balance = value.as_i64().map(Krw),
            other => panic!("no fact {other}"),
        }
    }
    facts
}

fn held(value: Value, product: Product, policy: &Policy) -> HeldCertificate {
    let Value::Object(mut fields) = value else {
        panic!("a certificate is an object");
    };
    let issued_at = time(fields.remove("issued_at")).unwrap();
    let first = policy.catalogue().row(product).unwrap().offers[0].issuer;
    let certificate = HeldCertificate {
        product,
        issuer: word(fields.remove("issuer")).unwrap_or(first),
        state: word(fields.remove("state")).unwrap_or(CertificateState::Issued),
        issued_at,
        not_before: issued_at,
        not_after: time(fields.remove("not_after")).unwrap(),
        paid_at: time(fields.remove("paid_at")),
        ra: word(fields.remove("ra")).unwrap_or(Ra::Own),
    };
    assert!(fields.is_empty(), "{fields:?}");
    certificate
}

fn word<T: FromStr<Err: Debug>>(value: Option<Value>) -> Option<T> {
    value.map(|value| value.as_str().unwrap().parse().unwrap())
}

fn time(value: Option<Value>) -> Option<Instant> {
    let value = value?;
    let text = value.as_str().unwrap().replace(' ', "T");
    Some(format!("{text}+09:00").parse().unwrap())
}

fn show(at: Instant) -> String {
    let text = at.to_string().replace('T', " ");
    text.strip_suffix("+09:00").unwrap().to_owned()
}
