//! Mail over SMTP.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use sheets_store::error_chain::error_chain;

use crate::delivery::{DeliveryError, OutgoingMessage};

/// Time limit of the SMTP server.
const TIMEOUT: Duration = Duration::from_secs(15);

/// SMTP server with the sender of the mails.
pub struct MailSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl MailSender {
    /// Client for a server such as `smtps://user:password@mail.example.com` or `smtp://127.0.0.1:25`, with
    /// `?tls=required` for STARTTLS, and a sender such as `Tallyboard <board@example.com>`.
    ///
    /// # Errors
    /// A sentence that names the unreadable setting, without the password.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let from = from
            .parse()
            .map_err(|_| format!("MAIL_FROM is “{from}”; an address such as board@example.com is expected."))?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "SMTP_URL cannot be read; an address such as smtps://user:password@mail.example.com is expected, with signs like @ or / in the password percent-encoded.".to_owned()
        })?;
        Ok(Self {
            transport: builder.timeout(Some(TIMEOUT)).build(),
            from,
        })
    }

    /// Whether `text` is a valid mail address.
    pub fn is_address(text: &str) -> bool {
        text.parse::<Mailbox>().is_ok()
    }

    pub(crate) async fn send(&self, message: &OutgoingMessage) -> Result<(), DeliveryError> {
        let to: Mailbox = message
            .to
            .parse()
            .map_err(|_| DeliveryError::not_accepted(format!("“{}” is no mail address", message.to)))?;
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.as_str())
            .header(ContentType::TEXT_PLAIN)
            .body(message.text.clone())
            .map_err(DeliveryError::not_accepted)?;
        // Without a connection the mail is certainly not accepted; once it is open, only a rejection is certain.
        match self.transport.test_connection().await {
            Ok(true) => {}
            Ok(false) => return Err(DeliveryError::not_accepted("the mail server is not ready")),
            Err(error) => return Err(DeliveryError::not_accepted(error_chain(&error))),
        }
        let sent = self.transport.send(mail).await;
        sent.map(drop).map_err(|error| {
            if error.is_permanent() || error.is_transient() || error.is_client() {
                DeliveryError::NotAccepted(error_chain(&error))
            } else {
                DeliveryError::Unknown(error_chain(&error))
            }
        })
    }
}
