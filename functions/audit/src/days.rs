//! The index of days, by which jobs find members: keys that follow from what an item is about, written out here a
//! second time.

use domain::ids::TenantId;
use dsl::calendar::{Zone, show_day, ymd};
use dsl::units::{Day, Moment};

/// Partition and sort key of a member who falls due.
pub(crate) fn due(tenant: &TenantId, member: &str, at: Moment) -> (String, String) {
    let local = Zone::utc().local(at);
    let (hour, minute) = (local.minute.0.wrapping_div(60), local.minute.0.wrapping_rem(60));
    (format!("T#{tenant}#D#{}", show_day(local.day)), format!("{hour:02}:{minute:02}#{member}"))
}

/// Those of a member whose birthday (`B`) or anniversary (`A`) comes round on the day of the year of a date.
pub(crate) fn yearly(tenant: &TenantId, kind: &str, member: &str, date: Day) -> (String, String) {
    let (_, month, day) = ymd(date);
    (format!("T#{tenant}#{kind}#{month:02}-{day:02}"), member.to_owned())
}
