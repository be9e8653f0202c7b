use core::fmt;

use npki_core::{Rule, Sentence};

use crate::{
    Attempts, DailyWindow, Days, Hours, Minutes, Months, Switch, TimeOfDay, units::Korean,
};

/// Every number and switch that a bank may set for itself; the shipped ones are
/// [`Parameters::SHIPPED`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Renewal opens so many days before the expiry day, at 00:00 KST (R11).
    pub renewal_opens: Days,
    /// Loans are refused for so many days, the day of the event being the first (R15).
    pub loan_block: Days,
    /// Whether registering another institution's certificate blocks loans too (R15).
    pub registration_blocks_loans: Switch,
    /// When certificates are issued and reissued online, every day (R16).
    pub issuing_window: DailyWindow,
    /// So long is a new certificate's confirmation waited for (R18b).
    pub confirm_wait: Minutes,
    /// So long can an order be redeemed at the CA (R18b).
    pub order_end: Hours,
    /// A fee is refunded for so many days, the day of payment being the first; a receipt can be
    /// had afterwards (R21, R22).
    pub refund: Days,
    /// So long is an ARS approval number good (R30).
    pub ars_approval: Minutes,
    /// Wrong one-time passwords in a row that lock online issuing (R32).
    pub otp_attempts: Attempts,
    /// Wrong account passwords in a row that lock (R32).
    pub account_password_attempts: Attempts,
    /// Wrong security card answers in a row that lock (R32).
    pub security_card_attempts: Attempts,
    /// Wrong PINs of the app's bank certificate in a row that lock (R32).
    pub pin_attempts: Attempts,
    /// Wrong authorization codes of a CA in a row that lock (R32).
    pub authorization_code_attempts: Attempts,
    /// Whether sole proprietors and associations of personal banking may register another
    /// institution's certificate (R41).
    pub groups_may_register: Switch,
    /// Reminders of expiry begin so many days before it (R43).
    pub expiry_reminder: Days,
    /// A password older than this is reminded of (R43).
    pub password_reminder: Months,
}

/// One parameter, for tables and messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterRow {
    /// The name of its field in [`Parameters`].
    pub name: &'static str,
    /// The rule that reads it.
    pub rule: Rule,
    /// Its value with its unit.
    pub value: Sentence,
}

impl Parameters {
    /// The parameters of the bank whose guides these rules follow.
    pub const SHIPPED: Self = Self {
        renewal_opens: Days(30),
        loan_block: Days(4),
        registration_blocks_loans: Switch::On,
        issuing_window: DailyWindow {
            opens: TimeOfDay::hour(1),
            closes: TimeOfDay::hour(23),
        },
        confirm_wait: Minutes(10),
        order_end: Hours(24),
        refund: Days(7),
        ars_approval: Minutes(3),
        otp_attempts: Attempts(10),
        account_password_attempts: Attempts(5),
        security_card_attempts: Attempts(5),
        pin_attempts: Attempts(5),
        authorization_code_attempts: Attempts(5),
        groups_may_register: Switch::On,
        expiry_reminder: Days(30),
        password_reminder: Months(6),
    };

    /// Every parameter with its rule and its value, in the order of the rules.
    #[must_use]
    pub fn rows(&self) -> Vec<ParameterRow> {
        // Destructured, so that a new field cannot be forgotten.
        let Self {
            renewal_opens,
            loan_block,
            registration_blocks_loans,
            issuing_window,
            confirm_wait,
            order_end,
            refund,
            ars_approval,
            otp_attempts,
            account_password_attempts,
            security_card_attempts,
            pin_attempts,
            authorization_code_attempts,
            groups_may_register,
            expiry_reminder,
            password_reminder,
        } = self;
        let r18b = Rule::with_letter(18, 'b');
        vec![
            row("renewal_opens", Rule::new(11), renewal_opens),
            row("loan_block", Rule::new(15), loan_block),
            row(
                "registration_blocks_loans",
                Rule::new(15),
                registration_blocks_loans,
            ),
            row("issuing_window", Rule::new(16), issuing_window),
            row("confirm_wait", r18b, confirm_wait),
            row("order_end", r18b, order_end),
            row("refund", Rule::new(21), refund),
            row("ars_approval", Rule::new(30), ars_approval),
            row("otp_attempts", Rule::new(32), otp_attempts),
            row(
                "account_password_attempts",
                Rule::new(32),
                account_password_attempts,
            ),
            row(
                "security_card_attempts",
                Rule::new(32),
                security_card_attempts,
            ),
            row("pin_attempts", Rule::new(32), pin_attempts),
            row(
                "authorization_code_attempts",
                Rule::new(32),
                authorization_code_attempts,
            ),
            row("groups_may_register", Rule::new(41), groups_may_register),
            row("expiry_reminder", Rule::new(43), expiry_reminder),
            row("password_reminder", Rule::new(43), password_reminder),
        ]
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self::SHIPPED
    }
}

fn row(name: &'static str, rule: Rule, value: &(impl fmt::Display + Korean)) -> ParameterRow {
    ParameterRow {
        name,
        rule,
        value: Sentence::new(value.korean(), value.to_string()),
    }
}
