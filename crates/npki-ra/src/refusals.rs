//! What the bank refuses by itself, beside the policy's verdicts: each with its rule.

use npki_core::{Instant, Rule, Sentence};
use npki_policy::Krw;

use crate::{Counted, Errand, StepName, Why, ports::SecurityMeansKind};

pub(crate) const R16: Rule = Rule::new(16);
pub(crate) const R33: Rule = Rule::new(33);
pub(crate) const R35: Rule = Rule::new(35);

macro_rules! refusals {
    ($($name:ident($($arg:ident: $type:ty),*) = $rule:expr, $ko:literal, $en:literal;)+) => {$(
        pub(crate) fn $name($($arg: $type),*) -> Why {
            Why::new($rule, Sentence::fixed($ko, $en))$(.with(stringify!($arg), $arg))*
        }
    )+};
}

refusals! {
    unknown_applicant() = Rule::new(36),
        "사용자 아이디와 주민등록번호(사업자등록번호)가 일치하는 고객이 없습니다",
        "no customer has this user id together with this registration number";
    ended() = Rule::new(19),
        "이미 끝난 신청입니다", "the application has ended";
    at_the_ca() = Rule::new(19),
        "인증기관에 발급을 요청한 신청입니다", "the order is at the CA already";
    another_action(errand: Errand) = Rule::new(19),
        "이 신청에서 선택할 수 없는 인증서입니다", "this application is not for that";
    overdue(ends: Instant) = Rule::new(34),
        "신청 기한이 지났습니다", "the application's time is over";
    not_the_step(step: StepName, wanted: StepName) = Rule::new(34),
        "지금 단계가 아닙니다", "another step is to be taken first";
    not_back(step: StepName, wanted: StepName) = Rule::new(34),
        "그 단계로 돌아갈 수 없습니다", "there is no way back to that step";
    being_reserved() = Rule::new(34),
        "수수료 출금예약의 결과를 기다리고 있습니다", "the fee is being reserved; its outcome is waited for";
    no_such_phone() = Rule::new(30),
        "등록된 전화번호가 아닙니다", "the telephone number is not registered";
    no_call() = Rule::new(30),
        "ARS 인증 전화를 먼저 요청하십시오", "ask for the call first";
    forwarded() = Rule::new(30),
        "착신 전환된 전화번호로는 ARS 인증을 할 수 없습니다", "the telephone is forwarded to another number";
    wrong_approval() = Rule::new(30),
        "입력한 승인번호가 다릅니다", "another approval number was keyed in";
    silent(until: Instant) = Rule::new(30),
        "전화에서 승인번호가 아직 입력되지 않았습니다", "the approval number was not keyed in yet";
    call_over(until: Instant) = Rule::new(30),
        "승인번호의 유효시간이 지났습니다", "the approval number is good no longer";
    not_departed() = Rule::new(30),
        "해외출국 사실이 확인되지 않습니다", "no overseas departure is confirmed";
    no_identity_card() = Rule::new(33),
        "신분증은 영업점에서만 확인합니다", "identity cards are shown at a branch only";
    no_such_account() = Rule::new(31),
        "본인의 계좌가 아닙니다", "it is none of the customer's own accounts";
    no_such_means(means: SecurityMeansKind) = Rule::new(31),
        "등록된 보안매체가 아닙니다", "the customer does not have this security means";
    only_in_the_app() = Rule::new(31),
        "은행 앱 인증서는 앱에서만 사용할 수 있습니다", "the bank's certificate stands for a security means in the app only";
    card_not_asked() = Rule::new(31),
        "지정된 보안카드 번호를 먼저 확인하십시오", "ask first which cells of the security card are wanted";
    used_code() = Rule::new(31),
        "이미 사용한 OTP 번호입니다. 다음 번호를 입력하십시오", "the one-time password was used already: wait for the next one";
    wrong(what: Counted) = Rule::new(31),
        "입력한 값이 일치하지 않습니다", "what was entered does not match";
    locked(what: Counted, limit: u64) = Rule::new(32),
        "연속하여 잘못 입력하여 이용이 제한되었습니다. 영업점에서 해제할 수 있습니다",
        "too many wrong answers in a row: a branch can lift the lock";
    another_amount(amount: Krw) = Rule::new(20),
        "확인한 금액이 수수료와 다릅니다", "the amount confirmed is not the fee";
    fee_not_reserved() = Rule::new(20),
        "수수료 출금예약이 없습니다: 은행에서 갱신을 신청하십시오",
        "no fee is reserved: apply for the renewal at the bank";
    declined_reservation() = Rule::new(20),
        "수수료를 예약하지 못했습니다", "the fee could not be reserved";
    slot_taken() = Rule::with_letter(18, 'a'),
        "같은 종류의 인증서가 발급되어 있거나 발급 중입니다",
        "a certificate of this kind is held, or on its way, already";
    being_replaced() = Rule::new(19),
        "이 인증서의 재발급 또는 갱신이 진행 중입니다", "this certificate is being replaced already";
    no_order() = Rule::new(19),
        "유효한 발급 요청이 없습니다", "there is no order that stands";
    unknown_certificate() = Rule::new(13),
        "이 은행에서 발급한 인증서가 아닙니다", "no certificate of this bank has this number";
    name_not_confirmed() = Rule::new(37),
        "법인·단체명이 은행의 기록과 같은지 확인되지 않았습니다",
        "the organisation's name is not confirmed as the bank has it";
    nothing_shown() = Rule::new(41),
        "등록할 인증서를 제시하십시오", "show the certificate that is to be registered";
    not_registered() = Rule::new(41),
        "등록된 인증서가 아닙니다", "this certificate is not registered";
    another_certificate() = Rule::new(13),
        "폐기할 인증서와 제시한 인증서가 다릅니다", "the certificate that was shown is not the one to be revoked";
    not_its_signature() = Rule::new(13),
        "폐기할 인증서의 개인키로 한 서명이 아닙니다", "the signature is not that certificate's";
    stale_challenge() = Rule::new(13),
        "은행이 준 서명 요청값이 아니거나, 시간이 지났거나, 이미 사용되었습니다",
        "what was signed is not the bank's challenge for this, or too old, or was used before";
    not_own_certificate() = Rule::new(13),
        "본인의 인증서가 아닙니다", "it is none of the applicant's certificates";
    not_the_customers() = Rule::new(22),
        "본인의 인증서가 아닙니다", "it is none of the customer's certificates";
    not_taken_yet() = Rule::new(22),
        "수수료가 아직 출금되지 않았습니다", "the fee is not taken yet";
    declined_revocation() = Rule::new(13),
        "인증기관이 폐기하지 않았습니다", "the CA has not revoked it";
    consent_at_a_branch() = Rule::new(17),
        "미동의를 동의로 바꾸려면 영업점을 방문하십시오", "a no is turned into a yes at a branch only";
    not_a_reason() = Rule::new(13),
        "가입자 인증서의 폐기 사유가 아닙니다", "a subscriber's certificate is not revoked for this reason";
    being_revoked() = Rule::new(19),
        "폐기가 진행 중인 인증서입니다", "the certificate is being revoked already";
}

/// What the other side of a port has said.
pub(crate) fn told(rule: Rule, sentence: &Sentence) -> Why {
    Why::new(rule, sentence.clone())
}
