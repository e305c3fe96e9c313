//! Whether two members are one person: by e-mail and phone as people vary them, by devices and means of payment.
//!
//! What it never does: keep what it compares. Devices and payments are kept as MACs, in profiles only, so that they go
//! with an erasure.

use crate::http::call::Call;
use store::profile::Profile;

/// How many prints a profile keeps: the newest.
const PRINTS_MAX: usize = 16;

/// Providers whose addresses mean the same mailbox with and without dots.
const DOTLESS: &[&str] = &["gmail.com", "googlemail.com"];
/// Providers that deliver `name+anything` to `name`.
const TAGGED: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "me.com",
    "fastmail.com",
    "proton.me",
    "protonmail.com",
];

/// What is kept of a device and of a means of payment.
pub(crate) fn prints(call: &Call<'_>, device: Option<&str>, payment: Option<&str>) -> Vec<String> {
    let tenant = call.claims.tenant.as_str();
    let print = |kind: &'static str, seen: &str| {
        let mac = call.app.secret.mac(kind, &[tenant, seen.trim()]);
        format!("{kind}:{}", crate::log::hex(mac.get(..16).unwrap_or_default()))
    };
    let device = device.map(|seen| print("device", seen));
    device.into_iter().chain(payment.map(|seen| print("payment", seen))).collect()
}

/// Adds prints to a profile; true when any is new.
pub(crate) fn add(profile: &mut Profile, prints: &[String]) -> bool {
    let before = profile.prints.len();
    for print in prints {
        if !profile.prints.contains(print) {
            profile.prints.push(print.clone());
        }
    }
    let new = profile.prints.len() > before;
    let surplus = profile.prints.len().saturating_sub(PRINTS_MAX);
    profile.prints.drain(..surplus);
    new
}

/// True when anything says that two profiles are one person's.
pub(crate) fn same_person(one: &Profile, other: &Profile) -> bool {
    let same = |read: fn(&str) -> String, one: &Option<String>, other: &Option<String>| {
        one.as_deref().zip(other.as_deref()).is_some_and(|(one, other)| read(one) == read(other))
    };
    same(mailbox, &one.email, &other.email)
        || same(number, &one.phone, &other.phone)
        || one.prints.iter().any(|print| other.prints.contains(print))
}

/// The mailbox an address means.
fn mailbox(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let Some((local, domain)) = address.rsplit_once('@') else { return address };
    let mut local = local.to_owned();
    if TAGGED.contains(&domain)
        && let Some((name, _)) = local.split_once('+')
    {
        local = name.to_owned();
    }
    if DOTLESS.contains(&domain) {
        local.retain(|c| c != '.');
    }
    let domain = if domain == "googlemail.com" { "gmail.com" } else { domain };
    format!("{local}@{domain}")
}

/// The digits of a phone number with its country.
fn number(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    digits.strip_prefix("00").map_or_else(|| digits.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{add, same_person};
    use store::profile::Profile;

    fn of(email: &str, phone: &str, prints: &[&str]) -> Profile {
        Profile {
            email: Some(email.to_owned()),
            phone: Some(phone.to_owned()),
            prints: prints.iter().map(|print| (*print).to_owned()).collect(),
            ..Profile::default()
        }
    }

    #[test]
    fn one_person_is_known_however_she_writes_herself() {
        let ana = of("Ana.Lang@gmail.com", "+33 6 12 34 56 78", &["device:aa", "payment:bb"]);
        for same in [
            of("analang+friend@googlemail.com", "+1", &[]),
            of("x@example.com", "0033612345678", &[]),
            of("x@example.com", "+1", &["payment:bb"]),
            of("ANALANG@GMAIL.COM", "+1", &[]),
        ] {
            assert!(same_person(&ana, &same), "{:?} {:?}", same.email, same.phone);
        }
        for other in [
            of("analang@example.com", "+33612345679", &["device:bb"]),
            of("ana.lang+x@example.com", "+1", &["payment:aa"]),
        ] {
            assert!(!same_person(&ana, &other), "{:?} {:?}", other.email, other.phone);
        }
        // nothing known is nobody's
        assert!(!same_person(&Profile::default(), &Profile::default()));
        // dots and tags mean something elsewhere
        assert!(!same_person(&of("a.b@example.com", "+1", &[]), &of("ab@example.com", "+2", &[])));
    }

    #[test]
    fn a_profile_keeps_the_newest_prints() {
        let mut profile = Profile::default();
        for n in 0..40 {
            assert!(add(&mut profile, &[format!("device:{n}")]));
        }
        assert!(!add(&mut profile, &["device:39".to_owned()]));
        assert_eq!(
            (profile.prints.len(), profile.prints.last().map(String::as_str)),
            (16, Some("device:39"))
        );
    }
}
