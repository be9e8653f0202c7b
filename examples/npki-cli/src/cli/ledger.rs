use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// 원장 감사. Read all of it, and name what somebody has changed.
    #[command(
        after_help = "Examples:\n  npki ledger audit bank.ledger\n  npki ledger audit bank.ledger --checkpoint bank.checkpoint \
                      --origin bank.example/ledger --key ledger.pub\n\nWithout a checkpoint from a second place, a cut end and \
                      an old copy cannot be told.\n\nExit status: 0 sound, 1 something was found, 3 no ledger."
    )]
    Audit(Audit),
    /// 원장의 끝. Show size, root and time of the log.
    #[command(after_help = "Example:\n  npki ledger head bank.ledger")]
    Head {
        #[command(flatten)]
        store: Store,
    },
    /// 체크포인트 서명. Compare the ledger with the last checkpoint, and then sign its head as the next one.
    #[command(
        after_help = "Example:\n  npki ledger checkpoint bank.ledger --origin bank.example/ledger --signing-key ledger.key \
                      --output /mnt/elsewhere/bank.checkpoint\n\nThe file is read first: nothing is signed, and nothing written, \
                      unless the ledger goes on from it. Keep it where nobody who can write the ledger can write. A first one is \
                      made with --first.\n\nThe key is a PKCS#8 file of ECDSA on P-256, encrypted:\n  openssl genpkey -algorithm EC \
                      -pkeyopt ec_paramgen_curve:P-256 -outform DER | openssl pkcs8 -topk8 -inform DER -outform DER -out \
                      ledger.key\n\nStandard input: the password of the key.\n\nExit status: 0 signed, 1 the ledger does not go \
                      on from the last checkpoint."
    )]
    Checkpoint(Box<Checkpoint>),
    /// 증명. Prove that a record is in the log, or that the log of today goes on from an older one.
    #[command(
        after_help = "Examples:\n  npki ledger prove bank.ledger --record 17 --json > proof.json\n  npki ledger prove bank.ledger \
                      --since 100 --json > proof.json\n\nThe answer can be checked without this program: docs/verify_ledger.py."
    )]
    Prove(Prove),
}

/// Which ledger.
#[derive(Args, Debug)]
pub(crate) struct Store {
    /// 원장. The ledger: an SQLite file, or a connection string such as postgresql://npki@localhost/npki, with --schema.
    pub(crate) ledger: String,
    /// PostgreSQL에서 원장의 스키마. The schema of the ledger in PostgreSQL, such as bank or ca-yessign.
    #[arg(long, value_name = "NAME")]
    pub(crate) schema: Option<String>,
}

/// A checkpoint that was kept in a second place.
#[derive(Args, Debug)]
pub(crate) struct Kept {
    /// 다른 곳에 둔 체크포인트. A signed checkpoint from a second place.
    #[arg(long, value_name = "FILE", requires_all = ["origin", "key"])]
    pub(crate) checkpoint: Option<PathBuf>,
    /// 원장의 이름. The log's name, as the checkpoint has it.
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    /// 체크포인트의 공개키. The public key of who signs checkpoints (SubjectPublicKeyInfo, DER or PEM).
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) store: Store,
    #[command(flatten)]
    pub(crate) kept: Kept,
}

#[derive(Args, Debug)]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    pub(crate) store: Store,
    /// 원장의 이름. The log's name: a URL without its scheme.
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: String,
    /// 서명키 파일. The signing key: PKCS#8, encrypted.
    #[arg(long, value_name = "FILE")]
    pub(crate) signing_key: PathBuf,
    /// 체크포인트 파일. The checkpoint: compared first, then replaced.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// 첫 체크포인트. There is none yet.
    #[arg(long)]
    pub(crate) first: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Prove {
    #[command(flatten)]
    pub(crate) store: Store,
    /// 기록의 위치. The position of a record, from 0.
    #[arg(long, value_name = "POSITION", required_unless_present = "since")]
    pub(crate) record: Option<u64>,
    /// 이전 크기. The size of an older log.
    #[arg(long, value_name = "SIZE", conflicts_with = "record")]
    pub(crate) since: Option<u64>,
    /// 로그의 크기 (없으면 지금). The size of the log that it is proved for; without it, of all of it.
    #[arg(long, value_name = "SIZE")]
    pub(crate) size: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct Why {
    #[command(flatten)]
    pub(crate) store: Store,
    /// 기록의 위치. The position of a refusal in the log.
    #[arg(long, value_name = "POSITION", conflicts_with = "application")]
    pub(crate) at: Option<u64>,
    /// 신청 번호. An application, by its number or the first digits of it.
    #[arg(long, value_name = "ID")]
    pub(crate) application: Option<String>,
}
