//! Signed links: HMAC (RFC 2104, with SHA-256) under a secret that all instances share and that survives a restart.

use ring::hmac;

/// Key that signs links.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key from a secret of any length. Deterministic.
    pub fn from_secret(secret: &[u8]) -> Self {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"tallyboard: signed links"), secret);
        Self(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }

    /// Signature that authorises the correction of a submission: 64 hexadecimal digits.
    pub fn sign_correction(&self, id: &str) -> String {
        let tag = hmac::sign(&self.0, &correction(id));
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether [`SigningKey::sign_correction`] made this signature for this submission.
    pub fn allows_correction(&self, id: &str, signature: &str) -> bool {
        let bytes = signature.as_bytes().chunks(2).map(|digits| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == 2)?;
            u8::from_str_radix(digits, 16).ok()
        });
        let tag: Option<Vec<u8>> = bytes.collect();
        tag.is_some_and(|tag| hmac::verify(&self.0, &correction(id), &tag).is_ok())
    }
}

fn correction(id: &str) -> Vec<u8> {
    format!("correct\n{id}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_one_submission_under_one_secret() {
        let key = SigningKey::from_secret(b"secret");
        let signature = key.sign_correction("a");
        assert_eq!(signature.len(), 64);
        assert!(SigningKey::from_secret(b"secret").allows_correction("a", &signature));
        assert!(!SigningKey::from_secret(b"other").allows_correction("a", &signature));
        assert!(!key.allows_correction("b", &signature));
        for wrong in [
            "",
            "0",
            "zz",
            "é",
            &signature[1..],
            &signature.replace(['0', '1', '2', '3'], "f"),
            "+1+1",
        ] {
            assert!(!key.allows_correction("a", wrong), "{wrong}");
        }
    }
}
