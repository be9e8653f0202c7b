use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use npki_cert::CertError;
use npki_container::{
    OpenError, ParseError, PasswordRefused, PasswordTooLong, PfxParseError, SchemeError, SealError,
};
use npki_core::{IdnError, RandomNumberError, Sentence};
use npki_key::KeyError;
use npki_media::{Damage, MediumError, PfxError};
use npki_sign::cms::{CmsError, CmsSignError};
use serde_json::{Value, json};

use crate::json;
use crate::language::{Language, say};
use crate::terminal;

/// Why a command did not do what was asked: one sentence that says what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    kind: &'static str,
    sentence: Sentence,
}

/// What the command leaves with, beside 0 for done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 1: refused by policy, or does not verify.
    Refused,
    /// 2: the command line is wrong.
    Usage,
    /// 3: cannot be opened or read as what it should be.
    CannotOpen,
    /// 4: a file, a medium or the system.
    Environment,
}

impl Failure {
    pub(crate) const fn new(exit: Exit, kind: &'static str, sentence: Sentence) -> Self {
        Self {
            exit,
            kind,
            sentence,
        }
    }

    pub(crate) const fn usage(kind: &'static str, sentence: Sentence) -> Self {
        Self::new(Exit::Usage, kind, sentence)
    }

    /// A file that could not be read or written.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let at = path.display();
        match error.kind() {
            io::ErrorKind::NotFound => Self::new(
                Exit::Environment,
                "file-not-found",
                say!(
                    "{at}: 파일이 없습니다. 경로를 확인하세요.",
                    "{at}: there is no such file; check the path."
                ),
            ),
            io::ErrorKind::PermissionDenied => Self::new(
                Exit::Environment,
                "permission-denied",
                say!(
                    "{at}: 권한이 없습니다. 파일의 권한을 확인하세요.",
                    "{at}: permission denied; check the permissions of the file."
                ),
            ),
            io::ErrorKind::AlreadyExists => Self::new(
                Exit::Refused,
                "file-exists",
                say!(
                    "{at}: 파일이 이미 있습니다. 바꾸려면 --overwrite를 붙이세요.",
                    "{at}: the file is there already; add --overwrite to replace it."
                ),
            ),
            io::ErrorKind::AddrInUse => Self::new(
                Exit::Environment,
                "address-in-use",
                say!(
                    "{at}: 다른 프로그램이 쓰고 있는 주소입니다. --listen으로 다른 주소를 지정하세요(포트 0: 빈 포트).",
                    "{at}: another program listens there; name another address by --listen (port 0: a free one)."
                ),
            ),
            _ => Self::new(
                Exit::Environment,
                "io",
                say!(
                    "{at}: 읽거나 쓸 수 없습니다({error}). 저장매체를 확인하세요.",
                    "{at}: cannot be read or written ({error}); check the medium."
                ),
            ),
        }
    }

    /// What the command leaves with.
    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) const fn sentence(&self) -> &Sentence {
        &self.sentence
    }

    /// `{"kind":…,"message":…}`
    pub(crate) fn fields(&self) -> Value {
        json!({ "kind": self.kind, "message": json::sentence(&self.sentence) })
    }

    /// Tells people on standard error, or programs on standard output.
    pub(crate) fn tell(&self, as_json: bool, language: Language) -> ExitCode {
        if as_json {
            let answer = json!({ "ok": false, "error": self.fields() });
            // What cannot be told changes nothing: the exit status says it too.
            let _ = writeln!(io::stdout().lock(), "{answer:#}");
        } else {
            terminal::say(language.say(&self.sentence));
        }
        self.exit.into()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Refused => 1,
            Exit::Usage => 2,
            Exit::CannotOpen => 3,
            Exit::Environment => 4,
        })
    }
}

impl From<MediumError> for Failure {
    fn from(error: MediumError) -> Self {
        let kind = error.name();
        use Exit::{CannotOpen, Environment, Refused, Usage};
        match error {
            MediumError::NotFound { id } => Self::new(
                Usage,
                kind,
                say!(
                    "{id} 인증서가 없습니다. npki list로 확인하세요.",
                    "there is no certificate {id}; see npki list."
                ),
            ),
            MediumError::Exists { id } => Self::new(
                Refused,
                kind,
                say!(
                    "{id} 인증서가 이미 있습니다. 바꾸려면 --overwrite를 붙이세요.",
                    "the certificate {id} is there already; add --overwrite to replace it."
                ),
            ),
            MediumError::HalfPair { id, missing } => {
                let missing: Vec<_> = missing.iter().map(|part| part.file_name()).collect();
                let missing = missing.join(", ");
                Self::new(
                    CannotOpen,
                    kind,
                    say!(
                        "{id}: {missing} 파일이 없습니다. 다른 저장매체에서 다시 복사하거나 재발급받으세요.",
                        "{id}: {missing} is missing; copy the pair again from another medium, or have it reissued."
                    ),
                )
            }
            MediumError::Damaged { at, damage } => damaged(&at, &damage),
            MediumError::Scheme(error) => error.into(),
            MediumError::OtherCertificate => OpenError::OtherCertificate.into(),
            MediumError::Refused(why) => Self::new(
                Refused,
                kind,
                say!(
                    "저장할 수 없는 인증서입니다: {why}.",
                    "this cannot be stored: {why}."
                ),
            ),
            MediumError::TokenKeyStays(why) => Self::new(
                Refused,
                kind,
                say!(
                    "개인키를 내보내거나 복사할 수 없는 저장매체입니다(R64): {why}.",
                    "the private key cannot leave this medium (R64): {why}."
                ),
            ),
            MediumError::Seal(error) => error.into(),
            MediumError::Full { at, .. } => Self::new(
                Environment,
                kind,
                say!(
                    "{at}: 저장 공간이 부족합니다. 공간을 비운 뒤 다시 하세요. 바뀐 것은 없습니다.",
                    "{at}: the medium is full; make room and try again. Nothing was changed."
                ),
            ),
            MediumError::ReadOnly { at, .. } => Self::new(
                Environment,
                kind,
                say!(
                    "{at}: 쓰기가 금지된 저장매체입니다. 다른 저장매체를 쓰세요.",
                    "{at}: the medium is write-protected; use another one."
                ),
            ),
            MediumError::Denied { at, .. } => Self::new(
                Environment,
                kind,
                say!(
                    "{at}: 권한이 없습니다. 폴더의 권한을 확인하세요.",
                    "{at}: permission denied; check the permissions of the folder."
                ),
            ),
            MediumError::Gone { at, .. } => Self::new(
                Environment,
                kind,
                say!(
                    "{at}: 저장매체가 없습니다. 연결했는지, 경로가 맞는지 확인하세요.",
                    "{at}: the medium is not there; connect it, or check the path."
                ),
            ),
            MediumError::Busy { at } => Self::new(
                Environment,
                kind,
                say!(
                    "{at}: 다른 프로그램이 쓰고 있습니다. 잠시 뒤 다시 하세요.",
                    "{at}: another program is writing there; try again in a moment."
                ),
            ),
            MediumError::NotAsWritten { at } => Self::new(
                Environment,
                kind,
                say!(
                    "{at}: 쓴 것과 읽은 것이 다릅니다. 저장매체를 바꾸세요. 이전 상태가 그대로 있습니다.",
                    "{at}: what was read back is not what was written; use another medium. The old state stands."
                ),
            ),
            MediumError::Io { at, source } => Self::new(
                Environment,
                kind,
                say!(
                    "{at}: 읽거나 쓸 수 없습니다({source}). 저장매체를 확인하세요.",
                    "{at}: cannot be read or written ({source}); check the medium."
                ),
            ),
            // Whatever else there is must not tell more than this (R52).
            _ => OpenError::WrongPasswordOrDamaged.into(),
        }
    }
}

/// A file in a folder that is not what it should be.
fn damaged(at: &str, damage: &Damage) -> Failure {
    let sentence = match damage {
        Damage::NotACertificate(_) => say!(
            "{at}: 인증서 파일이 아닙니다. 다른 저장매체에서 다시 복사하세요.",
            "{at}: not a certificate; copy it again from another medium."
        ),
        Damage::NotAKey(_) => say!(
            "{at}: 개인키 파일이 아닙니다. 다른 저장매체에서 다시 복사하세요.",
            "{at}: not an encrypted private key; copy it again from another medium."
        ),
        Damage::NotA { wanted, found } => say!(
            "{at}: {wanted} 자리에 {found}이(가) 있습니다. 치운 뒤 다시 하세요.",
            "{at}: a {found} stands where a {wanted} should be; take it away and try again."
        ),
        Damage::TooLarge { found, max } => say!(
            "{at}: {found}바이트는 너무 큽니다(최대 {max}). 알맞은 파일인지 확인하세요.",
            "{at}: {found} octets are too many (at most {max}); check that it is the right file."
        ),
        other => say!("{at}: 손상되었습니다({other}).", "{at}: damaged ({other})."),
    };
    Failure::new(Exit::CannotOpen, damage.name(), sentence)
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let kind = error.name();
        match error {
            OpenError::Scheme(error) => error.into(),
            OpenError::OtherCertificate => Self::new(
                Exit::CannotOpen,
                kind,
                say!(
                    "개인키가 다른 인증서의 것입니다. 짝이 맞는 파일을 다시 복사하세요.",
                    "the private key belongs to another certificate; copy the pair again from where it came."
                ),
            ),
            _ => Self::new(
                Exit::CannotOpen,
                kind,
                say!(
                    "비밀번호가 틀렸거나 파일이 손상되었습니다. 비밀번호를 다시 확인하세요. 잊었다면 재발급받으세요.",
                    "wrong password or damaged file; try the password again. A forgotten one cannot be recovered: \
                     have the certificate reissued."
                ),
            ),
        }
    }
}

impl From<SchemeError> for Failure {
    fn from(error: SchemeError) -> Self {
        let kind = error.name();
        Self::new(
            Exit::CannotOpen,
            kind,
            say!(
                "이 암호화 방식은 열 수 없습니다({error}). 발급한 프로그램에서 비밀번호를 바꾸어 다시 저장해 보세요.",
                "this encryption cannot be opened ({error}); have the program that made it save the key again."
            ),
        )
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        let kind = error.name();
        Self::new(
            Exit::CannotOpen,
            kind,
            say!(
                "개인키를 암호화할 수 없었습니다({error}). 바뀐 것은 없습니다.",
                "the private key could not be encrypted ({error}); nothing was changed."
            ),
        )
    }
}

impl From<PfxError> for Failure {
    fn from(error: PfxError) -> Self {
        let kind = error.name();
        match error {
            PfxError::Parse(error) => error.into(),
            PfxError::Open(error) => error.into(),
            PfxError::NoSigningPair => Self::new(
                Exit::CannotOpen,
                kind,
                say!(
                    "PFX 안에 서명용 인증서와 개인키의 짝이 없습니다. 내보낸 프로그램에서 개인키를 포함하여 다시 내보내세요.",
                    "the PFX holds no signing certificate with its key; export it again, with the private key."
                ),
            ),
            PfxError::Seal(error) => error.into(),
            PfxError::Medium(error) => error.into(),
            _ => OpenError::WrongPasswordOrDamaged.into(),
        }
    }
}

impl From<PfxParseError> for Failure {
    fn from(error: PfxParseError) -> Self {
        let kind = error.name();
        Self::new(
            Exit::CannotOpen,
            kind,
            say!(
                "읽을 수 있는 PFX(PKCS#12) 파일이 아닙니다({error}). 알맞은 파일인지 확인하세요.",
                "this is no PFX (PKCS#12) that can be read ({error}); check that it is the right file."
            ),
        )
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        let kind = error.name();
        Self::new(
            Exit::CannotOpen,
            kind,
            say!(
                "암호화된 개인키 파일이 아닙니다({error}). 알맞은 파일인지 확인하세요.",
                "this is no encrypted private key file ({error}); check that it is the right file."
            ),
        )
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new(
            Exit::CannotOpen,
            error.name(),
            say!(
                "쓸 수 있는 개인키가 아닙니다({error}). 알맞은 파일인지 확인하세요.",
                "this key cannot be used ({error}); check that it is the right file."
            ),
        )
    }
}

impl From<CertError> for Failure {
    fn from(error: CertError) -> Self {
        Self::new(
            Exit::CannotOpen,
            "not-a-certificate",
            say!(
                "읽을 수 있는 인증서가 아닙니다({error}). 알맞은 파일인지 확인하세요.",
                "this is no certificate that can be read ({error}); check that it is the right file."
            ),
        )
    }
}

impl From<CmsError> for Failure {
    fn from(error: CmsError) -> Self {
        let name = error.name();
        Self::new(
            Exit::CannotOpen,
            name,
            say!(
                "읽을 수 있는 서명 메시지(CMS)가 아닙니다({error}). 알맞은 파일인지 확인하세요.",
                "this is no signed message (CMS) that can be read ({error}); check that it is the right file."
            ),
        )
    }
}

impl From<CmsSignError> for Failure {
    fn from(error: CmsSignError) -> Self {
        Self::new(
            Exit::CannotOpen,
            "not-signed",
            say!(
                "서명하지 못했습니다({error}).",
                "nothing was signed ({error})."
            ),
        )
    }
}

impl From<PasswordRefused> for Failure {
    fn from(error: PasswordRefused) -> Self {
        let sentences = || error.broken.iter().map(|rule| rule.sentence());
        let ko: Vec<_> = sentences().map(|s| s.ko).collect();
        let en: Vec<_> = sentences().map(|s| s.en).collect();
        let (ko, en) = (ko.join(" "), en.join(" "));
        Self::new(
            Exit::Refused,
            "password-refused",
            say!(
                "새 비밀번호를 쓸 수 없습니다(R50): {ko}",
                "the new password is refused (R50): {en}"
            ),
        )
    }
}

impl From<PasswordTooLong> for Failure {
    fn from(error: PasswordTooLong) -> Self {
        Self::usage(
            "password-too-long",
            say!("비밀번호가 너무 깁니다({error}).", "{error}."),
        )
    }
}

impl From<IdnError> for Failure {
    fn from(error: IdnError) -> Self {
        Self::usage(
            "idn",
            say!(
                "식별번호는 숫자 13자리(주민등록번호) 또는 10자리(사업자등록번호)입니다.",
                "{error}."
            ),
        )
    }
}

impl From<RandomNumberError> for Failure {
    fn from(error: RandomNumberError) -> Self {
        Self::usage(
            "random-number",
            say!("R 값이 아닙니다: {error}.", "{error}."),
        )
    }
}
