mod cmp;
mod ledger;
mod policy;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use npki_core::Instant;

use crate::commands::{AskCrl, Lint, Ocsp};
use crate::language::Language;

pub(crate) use cmp::{Cmp, CmpServer, NewKeys, Pair};
pub(crate) use ledger::{Audit, Checkpoint, Kept, Ledger, Prove, Store, Why};
pub(crate) use policy::{Explain, Held, Policies, Policy, ShowPolicy, Timeline};

/// 공동인증서(NPKI) 도구. Korean joint certificates (NPKI) from the command line.
#[derive(Debug, Parser)]
#[command(name = "npki", version, after_help = AFTER, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) general: General,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What goes with every command.
#[derive(Args, Debug)]
pub(crate) struct General {
    /// NPKI 폴더 (없으면 알려진 곳에서 찾음). The folder named NPKI; without it, known places are searched.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    /// 프로그램이 읽을 JSON으로 답함. Answer in JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// 언어 (없으면 LANG을 따름). The language; without it, LANG decides.
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Language>,
    /// 이 시각이라고 치고 판단. Judge as if it were then: 2027-02-01T09:00:00+09:00, 2027-02-01, or Unix seconds.
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) now: Option<Instant>,
    /// 비밀번호를 표준입력에서 한 줄씩 읽음. Read each secret from a line of standard input, in the order of asking.
    #[arg(long, global = true)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 인증서 목록. List the certificates of NPKI folders.
    #[command(after_help = "Examples:\n  npki list\n  npki --dir /media/usb/NPKI list --json")]
    List(List),
    /// 인증서, 개인키, PFX, CRL, CMP 메시지 파일의 내용. Show a file, or an entry: every field, the policy, what is wrong.
    #[command(
        after_help = "Examples:\n  npki show signCert.der\n  npki show cert.pfx\n  npki show --dn 홍길동"
    )]
    Show(Show),
    /// 인증서를 쓸 수 있는지 확인. Open an entry and say whether it can be used.
    #[command(
        after_help = "Examples:\n  npki check --dn 홍길동\n  npki check --dn 2 --password-stdin < password.txt"
    )]
    Check(Chosen),
    /// 비밀번호 변경. Change the password of an entry.
    #[command(
        after_help = "Example:\n  npki passwd --dn 홍길동\n\nStandard input: the old password, the new one."
    )]
    Passwd(Passwd),
    /// 다른 저장매체로 복사. Copy an entry to another NPKI folder.
    #[command(
        after_help = "Example:\n  npki copy --dn 홍길동 --to /media/usb/NPKI\n\nStandard input: the password, the one on the \
                      other medium (not with --keep-password)."
    )]
    Copy(Copy),
    /// 저장매체에서 삭제 (폐기가 아님). Take an entry off its medium. This is no revocation.
    #[command(after_help = "Example:\n  npki delete --dn 홍길동 --yes")]
    Delete(Delete),
    /// PFX(PKCS#12)로 내보내기. Export an entry as a PFX, with R.
    #[command(
        after_help = "Example:\n  npki export --dn 홍길동 --output hong.pfx\n\nStandard input: the password of the entry, the \
                      one of the PFX."
    )]
    Export(Export),
    /// PFX(PKCS#12)에서 가져오기. Store what is in a PFX.
    #[command(
        after_help = "Example:\n  npki import hong.pfx\n  npki --dir /media/usb/NPKI import hong.pfx --overwrite\n\nStandard \
                      input: the password of the PFX, the new one of the entry."
    )]
    Import(Import),
    /// 파일에 전자서명(CMS). Sign a file as CMS SignedData.
    #[command(
        after_help = "Examples:\n  npki sign contract.pdf --dn 홍길동\n  npki sign contract.pdf --detached -o contract.p7s"
    )]
    Sign(Sign),
    /// 전자서명 검증. Verify CMS SignedData, and with --anchor who signed.
    #[command(
        after_help = "Examples:\n  npki verify contract.pdf.p7m\n  npki verify contract.p7s --content contract.pdf --anchor \
                      root.der --ca ca.der --crl ca.crl"
    )]
    Verify(Verify),
    /// 본인확인(VID). Check whether a certificate belongs to an identification number.
    #[command(
        after_help = "Examples:\n  npki vid --dn 홍길동\n  npki vid signCert.der\n\nStandard input: the password of the entry \
                      (of a file: R in hexadecimal digits), the identification number."
    )]
    Vid(Vid),
    /// 규격 검사. Say what of certificates, CRLs, OCSP responses, key files, PFX or an NPKI folder is against its profile.
    #[command(
        after_help = "Examples:\n  npki lint signCert.der\n  npki lint ca.crl answer.resp --json\n  npki lint /media/usb/NPKI\n  \
                      npki lint --plain plain/ca/*.der\n\n\
                      Exit status 1: something is against its profile; 3 or 4: a file could not be judged, and the others were."
    )]
    Lint(Lint),
    /// 폐지목록으로 확인. Ask a CRL about a certificate.
    #[command(
        after_help = "Example:\n  npki crl ca.crl --issuer ca.der --cert signCert.der\n  npki crl ca.crl --delta delta.crl --issuer ca.der --cert signCert.der"
    )]
    Crl(AskCrl),
    /// OCSP로 확인. Write an OCSP request, or judge a response.
    #[command(subcommand)]
    Ocsp(Ocsp),
    /// 인증기관에서 발급·갱신·폐지(CMP). Have a certificate issued, renewed or revoked by a CA, over CMP.
    #[command(subcommand)]
    Cmp(Cmp),
    /// 발급 규칙. The rules of a bank: show them, or ask what they say to a case.
    #[command(subcommand)]
    Policy(Policy),
    /// 왜 거절되었는지. Why something was refused: the answers that a bank's ledger has kept, word by word.
    #[command(
        after_help = "Examples:\n  npki why bank.ledger\n  npki why bank.ledger --at 17\n  npki why bank.ledger --application \
                      7f3a5c0e9b1d4826"
    )]
    Why(Why),
    /// 원장. The tamper-evident ledger of a bank or a CA: audit it, sign its head, prove what it holds.
    #[command(subcommand)]
    Ledger(Ledger),
    /// 시험용 가상 환경. A synthetic Korea for tests: CAs, and subscribers in every state.
    #[command(subcommand)]
    Lab(Lab),
}

/// Which entry.
#[derive(Args, Debug)]
pub(crate) struct Chosen {
    /// 인증서: 목록의 번호, DN, 또는 이름의 일부. The entry: its number in the list, its DN, or a unique part of its name.
    #[arg(long, value_name = "NUMBER|DN|NAME")]
    pub(crate) dn: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// 만료된 것을 빼고. Leave out what has expired.
    #[arg(long)]
    pub(crate) current: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// 파일. A certificate, private key, PFX, CRL or CMP message, DER or PEM.
    #[arg(conflicts_with = "dn", required_unless_present = "dn")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    /// 비밀번호로 열어 안을 보임. Open a private key or PFX with its password, and show what is inside.
    #[arg(long)]
    pub(crate) open: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Passwd {
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    /// 암호화 방식 (없으면 그대로). The encryption; without it, the one that the key has.
    #[arg(long, value_name = "SCHEME", value_parser = SCHEMES)]
    pub(crate) scheme: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Copy {
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    /// 옮길 곳의 NPKI 폴더. The NPKI folder to copy to.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// 비밀번호를 바꾸지 않음. Keep the key's bytes, and so its password.
    #[arg(long)]
    pub(crate) keep_password: bool,
    /// 같은 인증서가 있으면 바꿈. Replace an entry of the same subject.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Delete {
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    /// 묻지 않고 삭제. Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    /// 만들 파일. The file to make.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// 형식. korean: every importer takes it; aes: modern; seed: Korean ciphers.
    #[arg(long, default_value = "korean", value_parser = PRESETS)]
    pub(crate) preset: String,
    /// 파일이 있으면 바꿈. Replace the file.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Import {
    /// PFX 파일. The PFX.
    pub(crate) file: PathBuf,
    /// 같은 인증서가 있으면 바꿈. Replace an entry of the same subject.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// 개인키의 암호화 방식. The encryption of the private keys.
    #[arg(long, value_name = "SCHEME", default_value = "pbes1-seed", value_parser = SCHEMES)]
    pub(crate) scheme: String,
}

#[derive(Args, Debug)]
pub(crate) struct Sign {
    /// 서명할 파일. The file to sign.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    /// 만들 파일 (없으면 파일 이름에 .p7m 또는 .p7s). The file to make; without it, .p7m or .p7s is added to the name.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// 내용을 넣지 않음. Leave the content out of the message.
    #[arg(long)]
    pub(crate) detached: bool,
    /// 서명 방식. plain: with signed attributes; noattr: without, as some Korean sites want it.
    #[arg(long, default_value = "plain", value_parser = PROFILES)]
    pub(crate) profile: String,
    /// 파일이 있으면 바꿈. Replace the file.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// 서명 메시지. The signed message, DER or BER.
    pub(crate) file: PathBuf,
    /// 메시지에 없는 내용. The content, when it is not in the message.
    #[arg(long, value_name = "FILE")]
    pub(crate) content: Option<PathBuf>,
    /// 꺼낸 내용을 쓸 파일. Write the content there.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// 신뢰하는 최상위인증서. A root to trust. Without one, only the signatures are checked.
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Vec<PathBuf>,
    /// 중간 인증기관 인증서. A CA certificate that may be needed.
    #[arg(long = "ca", value_name = "FILE")]
    pub(crate) cas: Vec<PathBuf>,
    /// 폐지목록. A CRL. With one, each certificate below the root must be covered.
    #[arg(long = "crl", value_name = "FILE")]
    pub(crate) crls: Vec<PathBuf>,
    /// 이 인증서 정책만 인정. Accept only this certificate policy.
    #[arg(long = "policy", value_name = "OID")]
    pub(crate) policies: Vec<String>,
    /// 파일이 있으면 바꿈. Replace the file that --output names.
    #[arg(long, requires = "output")]
    pub(crate) overwrite: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Vid {
    /// 인증서 파일 (개인키 없이). A certificate file; R is then asked for.
    #[arg(conflicts_with = "dn")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) chosen: Chosen,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Lab {
    /// 파일로 만듦. Write CAs, revocation lists and subscribers' NPKI folders and PFX into a folder.
    #[command(
        after_help = "Examples:\n  npki lab make korea --seed 1 --now 2026-11-23T10:00:00+09:00\n  npki lab make korea --plain\n\nThe same seed and time give \
                      the same certificates. Keys, people and the password are published: for tests only."
    )]
    Make {
        /// 없거나 빈 폴더. A folder that is not there, or empty.
        folder: PathBuf,
        /// 같은 수는 같은 인증서를 만듦. The same number makes the same certificates.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// 국내 프로파일의 특이점 없이. Without the ways of the Korean PKI that some libraries refuse.
        #[arg(long)]
        plain: bool,
    },
    /// 인증기관을 열어 둠. Let a CA answer on loopback: CMP, OCSP, its certificates and its CRLs over HTTP.
    #[command(
        after_help = "Examples:\n  npki lab serve\n  npki lab serve --listen 127.0.0.1:8829 --issuer KICA --now \
                      2026-11-23T10:00:00+09:00\n  npki lab serve --pair --time-window 300\n  openssl ocsp -issuer ca.pem -cert cert.pem -url http://127.0.0.1:8829/ocsp \
                      -CAfile root.pem -VAfile ocsp.pem\n\nIt says where it listens and what can be fetched, and gives an order \
                      of somebody who may have the product: 홍길동, or 임꺽정 for a business's. Its certificates name its own addresses. Deltas to /ca.crl and /dp1.crl are at /ca-delta.crl \
                      and /dp1-delta.crl. Its time is the machine's, or stands still at --now. It answers until it is killed, or \
                      as many requests as --requests says."
    )]
    Serve(Serve),
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// 루프백 주소. Where to listen, on loopback; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8829")]
    pub(crate) listen: std::net::SocketAddr,
    /// 발급기관. Which CA's habits.
    #[arg(long, default_value = "yessign")]
    pub(crate) issuer: npki_core::Issuer,
    /// 상품. The product that is ordered; without it the first that the bank sells of this CA's.
    #[arg(long)]
    pub(crate) product: Option<npki_core::Product>,
    /// 같은 수는 같은 인증서를 만듦. The same number makes the same certificates.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// CRL을 나눌 개수. Into how many partitions the CRL is divided.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) partitions: u32,
    /// 국내 프로파일의 특이점 없이. Without the ways of the Korean PKI that some libraries refuse.
    #[arg(long)]
    pub(crate) plain: bool,
    /// 주문을 서명용과 암호화용 한 쌍으로. The order is of a pair, for signing and for key management.
    #[arg(long)]
    pub(crate) pair: bool,
    /// 요청 시각의 허용 오차(초). Refuse what was asked longer ago, or by a clock that is further ahead; without it, the time is not looked at.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) time_window: Option<u32>,
    /// 이만큼 답하고 끝냄. End after so many answers.
    #[arg(long, value_name = "COUNT")]
    pub(crate) requests: Option<usize>,
}

const AFTER: &str = "\
비밀번호는 명령줄에 적지 않습니다: 물어보거나, --password-stdin, 또는 NPKI_PASSWORD와 NPKI_NEW_PASSWORD에서 읽습니다.
Secrets are never arguments: they are asked for, or come from --password-stdin, NPKI_PASSWORD and NPKI_NEW_PASSWORD.

Exit status: 0 done, 1 refused by policy or not verified, 2 wrong usage, 3 cannot be opened, 4 file, medium or system.";

const SCHEMES: [&str; 5] = [
    "pbes1-seed",
    "pbes2-seed-sha1",
    "pbes2-seed-sha256",
    "pbes2-aria-sha256",
    "pbes2-aes256-sha256",
];
const PRESETS: [&str; 3] = ["korean", "aes", "seed"];
const PROFILES: [&str; 2] = ["plain", "noattr"];

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use npki_container::{PfxPreset, SealScheme};
    use npki_sign::cms::Profile;

    use super::{Cli, PRESETS, PROFILES, SCHEMES};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn words_are_those_of_the_rooms() {
        let names: Vec<_> = SealScheme::ALL.iter().map(|scheme| scheme.name()).collect();
        assert_eq!(names, SCHEMES);
        let names: Vec<_> = PfxPreset::ALL.iter().map(|preset| preset.name()).collect();
        assert_eq!(names, PRESETS);
        let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
        assert_eq!(names, PROFILES);
    }
}
