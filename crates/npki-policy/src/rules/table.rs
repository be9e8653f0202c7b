//! The table: one row for each rule, in the order of the numbers. `{name}` stands for a parameter
//! in a statement, and for a fact that the rule's check used in what a verdict says.

use npki_core::Rule;

use super::{Reason, Row, Text};

pub(super) const RULES: &[Row] = &[
    rule(1, "S8", (
        "개인사업자와 임의단체는 영업점에서 사업자등록번호와 고유(납세)번호를 먼저 등록해야 기업용·전자세금용 인증서를 받을 수 있습니다.",
        "A sole proprietor or an unincorporated association gets a business or e-tax certificate only after its business registration number and tax number were registered at a branch.",
    ))
    .allows("사업자등록번호와 납세번호가 등록되어 있습니다", "the business registration and tax numbers are registered")
    .refuses(&[(Reason::NumberNotRegistered, said(
        "{product} 인증서는 영업점에서 사업자등록번호와 납세번호를 등록한 뒤에 받을 수 있습니다",
        "the business registration and tax numbers must be registered at a branch before the {product} certificate is issued",
    ))]),
    rule(2, "S4–S7, S9–S11, S13, S15, S46", (
        "상품 목록은 상품별로 가입 대상, 인터넷뱅킹 가입, 발급기관, 수수료, 유효기간, 이용 범위, 인증서 정책을 정하며, 그 행에 없는 대상·가입·발급기관은 거절합니다. B2B 전자결제와 전자입찰 고객은 기업인터넷뱅킹 가입으로 봅니다.",
        "The catalogue says for each product who may hold it, which internet banking it presupposes, which CAs issue it, its fee, validity, scope and certificate policy. A holder, an enrolment or an issuer that the product's row does not offer is refused. B2B payment and e-bidding users count as enrolled in business banking.",
    ))
    .reads_as(&["a reissue walks through the same seven steps as an issue, so holder and enrolment are asked again; it goes to the CA of the old certificate, so the issuer is not", "a renewal needs the existing certificate alone and does not ask this rule", "who wants a certificate for B2B payment or e-bidding is such a user"])
    .allows("{holder}에게 {product} 인증서를 발급합니다", "{product} is offered to this holder ({holder})")
    .refuses(&[
        (Reason::NotSold, said("{product} 인증서는 취급하지 않습니다", "{product} is not offered here")),
        (Reason::NotForHolder, said("{product} 인증서는 {holder} 고객의 상품이 아닙니다", "{product} is not offered to this holder ({holder})")),
        (Reason::NotEnrolled, said("{product} 인증서를 받으려면 {enrolment}에 가입해야 합니다", "{product} presupposes enrolment in {enrolment}")),
        (Reason::NotFromIssuer, said("{product} 인증서는 {issuer}에서 발급하지 않습니다", "{product} is not issued by {issuer}")),
    ]),
    rule(3, "S44, S45", (
        "범용 인증서를 고를 때 발급기관별로 당행 발급상태(미발급/발급, 만료일)를 보여 줍니다.",
        "The choice of a general-purpose certificate shows the issuing state for each CA: not issued, or issued and until when.",
    )),
    rule(4, "S10–S12, S15, S21", (
        "이용기관의 용도를 인증서 정책과 대조하여, 상품 목록에 없는 용도이면 그 이유로 거절합니다. 이용기관은 더 엄격할 수 있습니다.",
        "A relying party's purpose is checked against the certificate's policy and refused where the catalogue does not list it. A relying party may be stricter.",
    ))
    .allows("{product} 인증서는 {purpose} 용도로 쓸 수 있습니다", "{product} is accepted for {purpose}")
    .refuses(&[(Reason::NotForPurpose, said("{product} 인증서는 {purpose} 용도로 쓸 수 없습니다", "{product} is not accepted for {purpose}"))]),
    rule(10, "S19, S20", (
        "유효기간은 1년입니다. 인증기관이 신청을 받아들인 순간에 시작하여, 발급일의 1년 뒤 같은 날 23:59:59(KST)까지(그 1초 포함)입니다. 2월 29일이면 2월 28일입니다.",
        "Validity is one year. It begins at the instant when the CA accepts the request and ends at 23:59:59 KST, that second included, of the day one calendar year after the day of issue; 29 February gives 28 February.",
    ))
    .reads_as(&["a certificate is not used before its first valid second"])
    .allows("{not_before}부터 유효합니다", "valid from {not_before}")
    .refuses(&[(Reason::NotBegun, said("인증서는 {not_before}부터 유효합니다", "the certificate is valid from {not_before} on"))]),
    rule(11, "S106–S108, S110", (
        "갱신은 만료일 {renewal_opens} 전 00:00(KST)부터 만료까지 할 수 있습니다. 갱신된 인증서는 기존 만료일에서 1년 더 유효합니다. 기존 인증서와 그 암호만 있으면 되고, 영업점에서도 갱신합니다. 새 인증서가 확인되면 기존 인증서는 대체됩니다.",
        "Renewal opens at 00:00 KST of the expiry day minus {renewal_opens} and stays open until expiry. A renewed certificate runs to the old expiry day and one year. It needs the existing certificate and its password, no further identification; a branch renews too. The old one is superseded when the new one is confirmed.",
    ))
    .uses(&["renewal_opens"])
    .reads_as(&["of a certificate that was revoked or superseded only R13 is asked"])
    .allows("갱신 기간입니다({opens}부터 {not_after}까지)", "renewal is open from {opens} to {not_after}")
    .refuses(&[
        (Reason::NothingToRenew, said("갱신할 인증서가 없습니다", "there is no certificate to renew")),
        (Reason::TooEarlyToRenew, said("갱신은 {opens}부터 가능합니다", "renewal opens {opens}")),
        (Reason::TooLateToRenew, said("{not_after}에 만료되어 갱신할 수 없습니다. 새로 발급받으세요", "it expired {not_after} and can no longer be renewed; have a new one issued")),
    ]),
    rule(12, "S23, S71, S111–S113", (
        "재발급(분실, 암호 분실·유출, PC 포맷)은 기존 인증서가 유효한 동안, 발급한 등록대행기관에서만 합니다. 기존 인증서는 같은 절차에서 자동으로 폐기되고(대체, 유출이면 키 손상), 새 인증서는 새 키와 일련번호를 갖되 만료일은 같습니다. 이미 낸 수수료는 다시 내지 않고 환급 기간도 다시 시작하지 않습니다. 폐기나 만료 뒤에는 다시 최초 발급입니다.",
        "Reissue (lost, password forgotten, leaked, PC formatted) is possible only while the old certificate is valid and only at the RA that had it issued. The old one is revoked in the same act: superseded when the new one is confirmed, keyCompromise when leaked, then already when the reissue is ordered. The new one has a new key and serial and keeps the old expiry. A fee already paid is not charged again, and the refund days do not start again. After a revocation or expiry it is a first issue again, with its fee.",
    ))
    .reads_as(&["the reissue that had a leaked certificate revoked can be taken up again until the old expiry"])
    .allows("재발급할 수 있습니다(만료일 {not_after} 유지)", "it can be reissued and keeps its end, {not_after}")
    .refuses(&[
        (Reason::NothingToReissue, said("재발급할 인증서가 없습니다", "there is no certificate to reissue")),
        (Reason::TooLateToReissue, said("{not_after}에 만료되어 재발급할 수 없습니다. 새로 발급받으세요", "it expired {not_after} and cannot be reissued; have a new one issued")),
        (Reason::EndedBeforeReissue, said("이미 {state} 상태라 재발급할 수 없습니다. 새로 발급받으세요", "it is {state} and cannot be reissued; have a new one issued")),
        (Reason::ReissuedElsewhere, said("다른 기관에서 발급받은 인증서는 그 기관에서만 재발급합니다", "a certificate that another institution had issued is reissued there alone")),
    ]),
    rule(13, "S115–S118", (
        "폐기는 즉시 효력이 있고 되돌릴 수 없으며, 그때부터 어디서도 쓸 수 없습니다. 인증서 자신의 전자서명이나 본인확인(온라인, 고객센터, 영업점)으로 신청합니다. 다른 기관에서 발급받은 인증서는 자신의 전자서명으로만 폐기합니다.",
        "Revocation is immediate and final; the certificate is unusable from then on everywhere. It is asked for by the certificate's own signature, or by identification (online, call centre, branch), which needs no certificate. A certificate that another RA had issued is revoked here only by its own signature.",
    ))
    .reads_as(&["a superseded certificate counts as revoked"])
    .allows("폐기되지 않은 인증서입니다", "it has not been revoked")
    .refuses(&[
        (Reason::Ended, said("이미 {state} 상태라 더 이상 쓰거나 갱신할 수 없습니다", "it is {state} and can no longer be used or renewed")),
        (Reason::RevokedElsewhere, said("다른 기관에서 발급받은 인증서는 인증서 자신의 전자서명으로만 폐기합니다", "a certificate that another institution had issued is revoked here by its own signature only")),
        (Reason::RevokedByNobody, said("전자서명도 본인확인도 없어 폐기할 수 없습니다", "a revocation needs the certificate's own signature or a complete identification")),
    ]),
    rule(14, "S109", (
        "만료된 인증서는 쓰거나 갱신할 수 없고, 삭제를 권합니다.",
        "An expired certificate can be neither used nor renewed and is offered for discarding.",
    ))
    .allows("{not_after}까지 유효합니다", "valid to {not_after}")
    .refuses(&[(Reason::Expired, said("{not_after}에 만료되어 쓸 수 없습니다", "it expired {not_after} and cannot be used"))]),
    rule(15, "S114", (
        "발급·재발급·갱신(타행·타기관 인증서 포함)을 한 날을 포함하여 {loan_block}간 인터넷뱅킹과 앱에서 대출 신청을 할 수 없습니다. 타행·타기관 인증서의 등록도 포함할지는 정책값입니다. 영업점은 제한하지 않습니다.",
        "For {loan_block} from an issue, a reissue or a renewal, the day itself counted, loan applications are refused on internet banking and in the app. The renewal of another institution's certificate counts as well, and its registration where the parameter says so. A branch is not blocked.",
    ))
    .uses(&["loan_block", "registration_blocks_loans"])
    .allows("대출 신청이 제한되는 기간이 아닙니다", "no recent event blocks loans")
    .refuses(&[(Reason::LoansBlocked, said(
        "{event_at} {event} 후 당일 포함 {days}일간 대출 신청이 제한되며, {free_at}부터 가능합니다",
        "loans are blocked for {days} days from the {event} of {event_at}; they are free again {free_at}",
    ))]),
    rule(16, "S32", (
        "온라인 발급·재발급 시간은 매일 {issuing_window}(시작 포함, 끝 제외)이며, 신청을 시작할 때와 인증기관을 부를 때 확인합니다. 갱신·폐기·등록과 영업점에는 시간 제한이 없습니다.",
        "Online issue and reissue run every day from {issuing_window} (the first included, the second not), checked when the application starts and again when the CA is called. Renewal, revocation, registration and a branch have no such hours.",
    ))
    .uses(&["issuing_window"])
    .allows("발급 가능 시간입니다({from}~{to})", "issuing is open ({from} to {to} KST)")
    .refuses(&[(Reason::OutsideHours, said(
        "발급 가능 시간({from}~{to})이 아닙니다. {opens}부터 가능합니다",
        "issuing runs {from} to {to} KST; it opens {opens}",
    ))]),
    rule(17, "S49–S52", (
        "발급 사전동의에 미동의한 고객은 온라인으로 발급·재발급할 수 없습니다. 유효한 인증서의 갱신은 가능합니다. 조회는 어디서나, 동의로의 변경은 영업점에서만 합니다. 선택할 때와 인증기관을 부를 때 확인합니다.",
        "A subscriber who said no to the issuing consent can neither issue nor reissue online; renewal of a valid certificate stays allowed. It can be looked up anywhere; changing it back to yes needs a branch. Checked when chosen and again when the CA is called.",
    ))
    .allows("발급 사전동의에 동의하였습니다", "the issuing consent is given")
    .refuses(&[(Reason::NoConsent, said(
        "발급 사전동의에 미동의하여 온라인 발급·재발급이 제한됩니다. 영업점에서 변경할 수 있습니다",
        "the issuing consent was refused, so nothing is issued online; a branch can change it",
    ))]),
    rule(18, "S111, S118, S123", (
        "분실한 인증서는 재발급하며 그때 기존 인증서가 폐기됩니다(또는 폐기 후 최초 발급). 잊은 암호는 되찾을 수 없고, 다시 본인확인 후 재발급합니다.",
        "A lost certificate is reissued, which revokes it in the same act, or revoked, and then the next one is a first issue. A forgotten password is never recovered: identify again and reissue.",
    )),
    lettered(18, 'a', "S44, S45", (
        "한 등록대행기관에서 가입자·상품·인증기관마다 유효한 인증서는 하나입니다. 다른 인증기관의 범용 인증서는 함께 가질 수 있습니다.",
        "One live certificate per subscriber, product and CA at one RA; a general-purpose one from another CA is allowed beside it.",
    ))
    .reads_as(&["a renewal of another institution's certificate is the first one at this RA and asks this rule", "a reissue and a renewal of the RA's own certificate take its place"])
    .allows("{issuer}의 유효한 {product} 인증서가 아직 없습니다", "no live {product} certificate from {issuer} is held")
    .refuses(&[(Reason::HeldAlready, said(
        "{issuer}의 유효한 {product} 인증서가 이미 있습니다({held_until}까지)",
        "a live {product} certificate from {issuer} is held already, to {held_until}",
    ))]),
    lettered(18, 'b', "S76, S99, S104", (
        "가입자 측이 확인(또는 묵시적 확인이 허용)되어야 발급된 것입니다. 그때 새 인증서가 유효해지고 기존 인증서가 대체되며, 수수료가 출금되고 대출 제한과 환급의 날수가 시작합니다. {confirm_wait} 안에 확인되지 않거나 거부되면 새 인증서는 폐기되고 예약이 풀리며 기존 인증서는 그대로입니다.",
        "Issued means confirmed by the subscriber's side, or implicit confirmation granted: only then is the certificate good, the replaced one superseded and the fee captured, and the days of R15 and R21 begin to count. Not confirmed within {confirm_wait}, or rejected: the new one is revoked, the fee released, the old one stays as it was.",
    ))
    .uses(&["confirm_wait", "order_end"]),
    rule(19, "S23, S54, S109, S116", (
        "인증서의 상태는 신청 → 발급 → (갱신 | 재발급 | 폐기 | 만료)이며, 그 밖의 이동은 표현할 수 없거나 이유와 함께 거절합니다. 다시 시도해도 두 번 발급되지 않습니다.",
        "States are explicit: requested, issued, then renewed, reissued, revoked or expired; any other move cannot be expressed or is refused with its reason. Nothing is issued twice on a retry.",
    ))
    .allows("폐기할 수 있는 인증서입니다", "it can be revoked")
    .refuses(&[
        (Reason::NothingToRevoke, said("폐기할 인증서가 없습니다", "there is no certificate to revoke")),
        (Reason::ExpiredAlready, said("{not_after}에 이미 만료되어 폐기할 것이 없습니다", "it expired {not_after}; there is nothing left to revoke")),
        (Reason::EndedAlready, said("이미 {state} 상태입니다", "it is {state} already")),
    ]),
    rule(20, "S65, S70, S75–S78", (
        "발급 전에 수수료를 가입자 계좌에 출금 예약하고(금액·계좌·상품을 보여 주고 확인), 발급되면 출금하며, 실패하거나 그만두면 풉니다. 잔액이 부족하면 예약 전에 거절합니다.",
        "Before issuing, the fee is reserved on the subscriber's account, with amount, account and product shown and confirmed; it is captured when the certificate is issued and released when issuing fails or is abandoned. Not enough balance is refused before any reservation.",
    ))
    .reads_as(&["a fee that the bank has not set is not reserved, so nothing can be lacking", "a branch takes the fee from the account too"])
    .allows("수수료 잔액이 부족하지 않습니다", "nothing is lacking for the fee")
    .refuses(&[(Reason::TooLittleMoney, said("수수료 {fee}에 비해 잔액({balance})이 부족합니다", "the balance of {balance} does not cover the fee of {fee}"))]),
    rule(21, "S55", (
        "유료 발급·갱신(확인)일을 포함하여 {refund} 이내에 폐기하면 수수료를 환급하고 그 뒤에는 환급하지 않습니다. 재발급이나 갱신에 딸린 폐기는 환급하지 않으며, 재발급으로 기간이 다시 시작하지 않습니다.",
        "A fee is refunded when the certificate is revoked within {refund} of the paid issue or renewal, the day of its confirmation counted; later none. A revocation that belongs to a reissue or renewal never refunds. A reissue does not restart the days.",
    ))
    .uses(&["refund"])
    .reads_as(&["a certificate that is expired, revoked or superseded already cannot be revoked again, so nothing comes back"])
    .allows("{refund_until}까지 폐기하면 환급됩니다", "a revocation brings the fee back until {refund_until}")
    .refuses(&[
        (Reason::RefundTooEarly, said("{paid_at}에 낸 수수료는 그날부터 환급합니다", "the fee of {paid_at} is refunded from that day on")),
        (Reason::RefundTooLate, said("환급 기간이 {refund_until}에 끝났습니다", "refunds ended {refund_until}")),
        (Reason::RefundNothingRevoked, said("더 이상 폐기할 수 없는 인증서라 환급하지 않습니다", "it can no longer be revoked, so nothing is refunded")),
    ]),
    rule(22, "S56, S124", (
        "영수증·세금계산서는 그 {refund}이 지난 뒤부터 받을 수 있고, 환급된 수수료에는 없습니다. 환급과 영수증은 겹치지 않습니다.",
        "A receipt or tax bill can be had only when those {refund} have passed, and never for a fee that was refunded: refund and receipt never overlap.",
    ))
    .uses(&["refund"])
    .reads_as(&["unless it is said, a fee was refunded when the certificate is revoked while the refund days last, or the last event is a revocation within them"])
    .allows("{receipt_from}부터 영수증을 받을 수 있습니다", "a receipt can be had from {receipt_from}")
    .refuses(&[
        (Reason::ReceiptTooEarly, said("영수증은 {receipt_from}부터 받을 수 있습니다", "a receipt can be had from {receipt_from}")),
        (Reason::ReceiptRefunded, said("환급된 수수료에는 영수증이 없습니다", "the fee was refunded, so there is no receipt")),
    ]),
    rule(23, "S54, S71, S78", (
        "무료 인증서에는 환급도 영수증도 없습니다. 재발급은 유료 기간이 남아 있는 동안 수수료가 없고, 갱신과 만료 뒤의 발급은 다시 수수료를 냅니다. 용도제한용은 수수료도 수수료 단계도 없습니다.",
        "A free certificate has neither refund nor receipt. A reissue costs nothing while the paid period lasts; a renewal and an issue after expiry cost the fee again. A limited certificate has no fee and no fee step.",
    ))
    .reads_as(&["free is a certificate for which nothing was paid, whatever its product"])
    .allows("{paid_at}에 수수료를 냈습니다", "its fee was paid {paid_at}")
    .refuses(&[(Reason::NothingPaid, said("수수료를 내지 않은 인증서라 환급도 영수증도 없습니다", "nothing was paid for it, so there is neither refund nor receipt"))]),
    rule(30, "S57–S64, S74", (
        "추가 본인확인은 은행에 등록된 전화번호로 하는 ARS 인증(착신 전환 번호 거절, 화면의 승인번호를 전화에 입력)이나 출입국 당국의 해외출국 확인 중 하나입니다. 승인번호는 {ars_approval}간 유효합니다. 휴대폰 문자 본인확인은 없습니다. 발급·재발급·타행 인증서 등록에 필수이고 갱신에는 없습니다.",
        "Additional identification is one of: an ARS call to a phone number already registered at the bank (a forwarded number is refused; the screen shows an approval number that is keyed in on the phone), or an overseas departure confirmed by immigration. The approval number is valid for {ars_approval}. Identification by a mobile carrier's SMS is not offered. It is compulsory for issue, reissue and other-institution registration; a renewal has none.",
    ))
    .uses(&["ars_approval"]),
    rule(31, "S65–S68, S72, S73", (
        "그다음 본인 계좌번호와 4자리 계좌 비밀번호(수수료 출금 계좌), 보안카드(일련번호 끝 4자리와 지정 칸) 또는 OTP(일련번호와 비밀번호)를 확인합니다. 앱에서는 은행 자체 인증서(6자리 PIN, 패턴)로 대신할 수 있습니다.",
        "Then the own account number and its 4-digit password (the fee is taken from this account), and security card (last 4 digits of the serial and the asked code halves) or OTP (device serial and code); in the app the bank's own certificate (6-digit PIN, pattern) may stand for card or OTP.",
    )),
    rule(32, "S69", (
        "OTP를 연속 {otp_attempts} 틀리면(기기별, 전 금융기관 통합) 영업점에서 풀 때까지 온라인 발급·재발급·등록을 거절합니다. 계좌 비밀번호, 보안카드, PIN, 인증기관 인가코드에도 한도가 있습니다. 모든 횟수는 재시작 후에도 남고, 맞으면 0이 됩니다.",
        "After {otp_attempts} gone wrong in a row with an OTP (one counter per device, across institutions) online issue, reissue and registration are refused until a branch lifts it. Account password, security card, PIN and the CA's authorization code have limits too. Every counter survives a restart, and a right answer resets it.",
    ))
    .uses(&["otp_attempts", "account_password_attempts", "security_card_attempts", "pin_attempts", "authorization_code_attempts"])
    .allows("OTP 연속 오류 {otp_failures}회, 한도 {limit}회 미만입니다", "{otp_failures} wrong OTPs in a row, below the limit of {limit}")
    .refuses(&[(Reason::OtpLocked, said(
        "OTP를 연속 {otp_failures}회 틀려(한도 {limit}회) 제한되었습니다. 영업점에서 풀 수 있습니다",
        "{otp_failures} wrong OTPs in a row reach the limit of {limit}; a branch can lift this",
    ))]),
    rule(33, "S27, S28, S110", (
        "PC에서는 로그인해야 발급·재발급하고, 앱에서는 로그인하지 않은 상태에서만 발급·재발급합니다. 영업점은 신분증(주민등록증, 운전면허증, 여권)으로 대면 발급합니다.",
        "The PC web requires a log-in for issue and reissue; the app issues and reissues only when not logged in; a branch issues in person with an identity card (resident card, driving licence, passport).",
    ))
    .allows("{channel}의 로그인 조건에 맞습니다", "the log-in is as {channel} wants it")
    .refuses(&[
        (Reason::NotLoggedIn, said("{channel}에서는 로그인한 뒤에 발급합니다", "{channel} issues only after a log-in")),
        (Reason::LoggedIn, said("{channel}에서는 로그아웃한 상태에서만 발급합니다", "the {channel} issues only when logged out")),
    ]),
    rule(34, "S42, S53, S77", (
        "각 단계는 그만두었다가 이어서 할 수 있고, 되돌아가면 뒤의 내용은 무효가 됩니다. 어디서 끝나든 예약된 수수료, 반쯤 발급된 인증서, 반쯤 쓰인 파일이 남지 않습니다.",
        "Each step can be abandoned and taken up again; going back invalidates what came after; an attempt that ends anywhere leaves no reserved fee, no half-issued certificate and no half-written file.",
    )),
    rule(35, "S37–S39, S42, S47, S48", (
        "필수 약관은 모두, 보여 준 판에 동의해야 합니다: 전자금융거래 기본약관, 전자금융서비스 이용약관, 선택한 인증기관의 이용약관, 그 인증기관에 대한 개인정보 제공 동의(인증기관을 바꾸면 다시). 동의한 판을 기록하고 사본을 교부합니다.",
        "Every mandatory term must be accepted, in the version shown: electronic finance basic terms, electronic finance service terms, the chosen CA's service terms, and the consent to hand data to that CA (a changed CA asks again). Which version was accepted is recorded, and a copy is handed over.",
    ))
    .reads_as(&["a branch asks it too"])
    .allows("필수 약관에 모두 동의하였습니다", "every mandatory term is accepted")
    .refuses(&[(Reason::TermsNotAccepted, said("필수 약관에 모두 동의해야 합니다", "every mandatory term must be accepted"))]),
    rule(36, "S64", (
        "발급·재발급·등록에 앞서 본인확인(R30, R31)을 마쳐야 하며, 영업점에서는 신분증이 이를 대신합니다. 갱신에는 묻지 않습니다.",
        "The prior identification (R30, R31) must be complete for issue, reissue and registration; at a branch an identity card stands for it. A renewal does not ask it.",
    ))
    .reads_as(&["not identified at a branch means that no identity card was shown"])
    .allows("본인확인을 마쳤습니다", "the identification is complete")
    .refuses(&[
        (Reason::NotIdentified, said("추가 본인확인을 먼저 마쳐야 합니다", "the additional identification must be complete first")),
        (Reason::NoIdentityCard, said("영업점에서는 신분증이 필요합니다", "a branch needs to see an identity card")),
    ]),
    rule(37, "S79, S80, S83, S86", (
        "성명과 식별번호(법인은 법인명도)는 확인된 기록에서 오며 고칠 수 없습니다. 영문명, 전자우편, 주소, 전화번호는 고칠 수 있습니다.",
        "Name and identification number (of a corporation, its name too) come from the identified record and cannot be edited; English name, e-mail, address and phones can.",
    )),
    rule(40, "S101–S105", (
        "인증서 로그인: 목록에서 고르고(용도, 발급자, 만료일, 이름) 암호를 넣고 질문값에 서명합니다. 이용기관은 서명, 인증서 체인, 폐기 여부, 정책, VID를 검증합니다.",
        "Log in with the certificate: choose it in the list (use, issuer, expiry, name), give the password, sign the challenge; the relying party verifies the signature, the chain, revocation, policy and VID.",
    )),
    rule(41, "S125–S130", (
        "타행·타기관 인증서 등록: 인정하는 인증기관의 체인, 유효, 미폐기, VID와 고객 식별번호 일치, 이용 범위, 키 소지 증명. 개인뱅킹의 개인사업자·임의단체가 할 수 있는지는 정책값입니다. 해제하면 되돌립니다.",
        "Other-institution registration: the certificate chains to an accepted CA, is valid and not revoked, its VID matches the customer's identification number, its scope is accepted, and possession of the key is proved. Whether sole proprietors and associations of personal banking may is a parameter. Deregistration undoes it.",
    ))
    .uses(&["groups_may_register"])
    .reads_as(&["the scope wanted is banking, so an e-tax certificate is refused", "the bank's own certificate is refused: it acts here already", "chain, revocation, VID and possession are judged where certificates are read; here state, dates, scope and holder are"])
    .allows("등록할 수 있는 인증서입니다", "it can be registered")
    .refuses(&[
        (Reason::RegistersOwn, said("당행에서 발급받은 인증서는 등록할 필요가 없습니다", "it was issued through this bank and needs no registration")),
        (Reason::RegistersExpired, said("{not_after}에 만료된 인증서는 등록할 수 없습니다", "it expired {not_after} and cannot be registered")),
        (Reason::RegistersEnded, said("이미 {state} 상태라 등록할 수 없습니다", "it is {state} and cannot be registered")),
        (Reason::RegistersNotBegun, said("인증서는 {not_before}부터 유효합니다", "the certificate is valid from {not_before} on")),
        (Reason::RegistersOutOfScope, said("{product} 인증서의 이용 범위에 은행이 없습니다", "the scope of {product} does not take in banking")),
        (Reason::RegistersGroup, said("개인뱅킹의 {holder} 고객은 타행·타기관 인증서를 등록할 수 없습니다", "this holder ({holder}) of personal banking may not register another institution's certificate")),
    ]),
    rule(42, "S52, S120–S122, S124", (
        "저장매체와 등록대행기관에서 조회(상태, 사전동의, 등록, 영수증)하고, 매체에서 삭제(폐기 아님), 암호 변경, 폐기, 내보내기, 가져오기, 복사를 합니다.",
        "Look up on a medium and at the RA (every certificate of the subscriber with its state, the consent, registrations, receipts); delete from a medium (not a revocation), change password, revoke, export, import, copy.",
    )),
    rule(43, "S95, S106", (
        "만료 {expiry_reminder} 전부터 알리고, 암호가 {password_reminder}보다 오래되면 알립니다. 매체마다 암호와 그 나이가 따로입니다.",
        "Reminders: from {expiry_reminder} before expiry; when a password is older than {password_reminder}. Each medium has its own password and its own age; unknown, no reminder.",
    ))
    .uses(&["expiry_reminder", "password_reminder"]),
    rule(50, "S92, S93, S96", (
        "새 암호는 10자에서 64바이트까지, 영문자·숫자·특수문자를 모두 포함하고 대소문자를 구분하며, ' \" \\ | 와 공백·제어 문자는 쓸 수 없습니다.",
        "A new password has 10 characters to 64 bytes, at least one letter, one digit and one special character, is case-sensitive, and has none of ' \" \\ | and no whitespace or control character.",
    )),
    rule(51, "S94, S140", (
        "새 암호는 두 번 묻고, 어떤 규칙에 어긋났는지 알립니다. 아이디·주민등록번호·생년월일이나 연속·반복 글쇠가 들어 있으면 경고합니다.",
        "A new password is asked for twice; the error names which rule failed. One that contains the user id, the resident registration number or the birth date, or keyboard or repeated runs, is warned about.",
    )),
    lettered(51, 'a', "S96", (
        "규칙은 새 암호에만 적용합니다. 기존 파일을 열 때는 구성을 보지 않습니다(1,024바이트까지, PFX의 빈 암호 허용, UTF-8 다음 CP949).",
        "The rules bind new passwords only; opening an existing file never checks composition (up to 1,024 bytes; an empty one is legal in a PFX; UTF-8 first, CP949 as fallback).",
    )),
    rule(52, "S98, S123", (
        "키를 쓰는 모든 일에 그 매체의 암호가 필요합니다. 암호 없이 알 수 있는 것(키 파일이 아님, 지원하지 않는 알고리즘, 한도를 넘는 비용)은 구별하여 알리고, 복호화 뒤의 잘못은 모두 같은 하나의 오류이며, 틀린 암호를 맞다고 하지 않습니다.",
        "Every operation that touches the key needs the password of that medium. What can be told without the password is told apart (not a key file, unsupported algorithm, cost beyond the bound); everything that goes wrong after decryption is one same error, and no wrong password is ever taken for right.",
    )),
    rule(60, "S87–S91", (
        "저장매체: 하드디스크, 이동식 디스크(권장), 휴대폰, 보안토큰, 브라우저. 배치와 이름은 다른 국내 소프트웨어가 읽고 쓰는 그대로입니다.",
        "Media: hard disk, removable disk (recommended over the hard disk), phone, security token, browser. Layout and names are those that other Korean software reads and writes.",
    )),
    rule(61, "S95, S120, S131", (
        "매체 사이의 복사는 대상의 암호로 다시 암호화하거나 바이트를 그대로 두며, 다시 읽어 확인한 뒤에 끝났다고 합니다.",
        "A copy between media re-encrypts under the destination's password or keeps the bytes, and is verified by reading back before it is reported as done.",
    )),
    rule(62, "S134–S138", (
        "내보내기·가져오기: 두 쌍과 난수 R을 담은 암호 보호 파일(PKCS#12)이며, OpenSSL과 국내 도구와 서로 읽습니다.",
        "Export and import: a password-protected file (PKCS#12) that carries both pairs and the random number R, readable by OpenSSL and Korean tools, and theirs readable here.",
    )),
    rule(63, "S89, S131–S133", (
        "PC와 휴대폰 사이의 복사는 아무것도 알 수 없는 중계와 승인번호로 합니다. 개인 인증서는 양방향, 기업·전자세금용 인증서는 휴대폰으로만 복사하고 휴대폰에서는 복사하지 않습니다.",
        "Copying between PC and phone goes by approval number through a relay that learns nothing. Personal certificates go both ways; business and e-tax certificates are copied to a phone but not from one.",
    ))
    .reads_as(&["a copy from a phone is refused whatever its target, also when none is named", "an export to a file is no copy"])
    .allows("휴대폰 복사가 가능합니다", "this copy with a phone is allowed")
    .refuses(&[(Reason::StaysOnPhone, said("{product} 인증서는 휴대폰에서 복사할 수 없습니다", "a {product} certificate is not copied from a phone"))]),
    rule(64, "S90", (
        "보안토큰의 키는 꺼낼 수 없으며, 내보내기와 복사를 그 이유로 거절합니다.",
        "A security token keeps a non-exportable key; export and copy from it are refused with that reason.",
    ))
    .reads_as(&["copying into a token is allowed"])
    .allows("꺼낼 수 있는 매체입니다", "the key may leave its medium")
    .refuses(&[(Reason::StaysInToken, said("보안토큰의 키는 꺼낼 수 없습니다", "the key in a security token cannot leave it"))]),
    rule(65, "", (
        "저장은 전부 아니면 전무입니다. 어느 때 이동식 디스크를 뽑거나 프로그램이 죽어도 옛 상태나 새 상태이며, 키 없는 인증서는 없습니다.",
        "A store is all-or-nothing: pulling the stick or killing the process at any point leaves the old state or the new, never a certificate without its key.",
    )),
    rule(70, "S38", (
        "원장은 모든 신청, 결정(결정한 규칙 번호와 함께), 인증서, 폐기, 수수료 이동, 알림을 남기고, 나중에 감사할 수 있으며, 왜 거절되었는지 한국어와 영어로 답합니다.",
        "The ledger keeps every request, decision (with the rule numbers that decided), certificate, revocation, fee movement and notification; it can be audited later and answers why something was refused, in Korean and English.",
    )),
    rule(71, "", (
        "주민등록번호, 암호, OTP 번호, 개인키는 로그, 오류 문구, 평문 원장, 코어 덤프에 들어가지 않습니다.",
        "Resident registration numbers, passwords, OTP codes and private keys never reach a log, an error text, the ledger in clear, or a core dump.",
    )),
    rule(72, "S40", (
        "주민등록번호는 13자리, 사업자등록번호는 10자리이며 그 밖에는 판단하지 않습니다. 원장은 사람을 열쇠 있는 가명으로만 알고, 이름·주소·식별번호는 데이터베이스에 없는 열쇠로 봉인하며, 감사를 깨지 않고 없앨 수 있습니다.",
        "A resident registration number has 13 digits, a business number 10; nothing else about them is judged. The ledger knows a person by a keyed pseudonym; names, address and identification number are sealed under a key that the database never has and can be destroyed without breaking the audit.",
    )),
];

const fn rule(number: u8, source: &'static str, text: (&'static str, &'static str)) -> Row {
    new(Rule::new(number), source, text)
}

const fn lettered(
    number: u8,
    letter: char,
    source: &'static str,
    text: (&'static str, &'static str),
) -> Row {
    new(Rule::with_letter(number, letter), source, text)
}

const fn new(rule: Rule, source: &'static str, (ko, en): (&'static str, &'static str)) -> Row {
    Row {
        rule,
        source,
        parameters: &[],
        statement: said(ko, en),
        readings: &[],
        allowed: said("", ""),
        refusals: &[],
    }
}

const fn said(ko: &'static str, en: &'static str) -> Text {
    Text { ko, en }
}

impl Row {
    /// The parameters that it reads.
    const fn uses(mut self, parameters: &'static [&'static str]) -> Self {
        self.parameters = parameters;
        self
    }

    /// How it is read where its text leaves a choice.
    const fn reads_as(mut self, readings: &'static [&'static str]) -> Self {
        self.readings = readings;
        self
    }

    /// What its verdict says when nothing stands against the action.
    const fn allows(mut self, ko: &'static str, en: &'static str) -> Self {
        self.allowed = said(ko, en);
        self
    }

    /// What its verdict says when it refuses.
    const fn refuses(mut self, refusals: &'static [(Reason, Text)]) -> Self {
        self.refusals = refusals;
        self
    }
}
