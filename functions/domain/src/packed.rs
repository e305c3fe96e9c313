//! How a state's long lists are packed on disk: an entry within 1 KB is one write unit, so every byte is paid for.
//!
//! What it never does: lose anything. Each packing reads back exactly what was written.

/// Days as gaps: one byte instead of three for a member who comes within two months.
pub(crate) mod days {
    use crate::state::{DaySum, Sums};
    use dsl::units::Day;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes each day as its distance from the one before (the first from 1970-01-01).
    pub(crate) fn serialize<S: Serializer>(days: &[DaySum], serializer: S) -> Result<S::Ok, S::Error> {
        let mut previous = 0_i32;
        let mut gaps: Vec<(i32, Sums)> = Vec::with_capacity(days.len());
        for sum in days {
            // Wrapping there and back is the identity, whatever the days are.
            gaps.push((sum.day.0.wrapping_sub(previous), sum.sums));
            previous = sum.day.0;
        }
        gaps.serialize(serializer)
    }

    /// Reads [`serialize`].
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DaySum>, D::Error> {
        let mut day = 0_i32;
        let gaps = Vec::<(i32, Sums)>::deserialize(deserializer)?;
        Ok(gaps
            .into_iter()
            .map(|(gap, sums)| {
                day = day.wrapping_add(gap);
                DaySum { day: Day(day), sums }
            })
            .collect())
    }
}

/// Recent references as six bytes each.
pub(crate) mod recent {
    /// Six bytes, big endian, as a number.
    pub(crate) fn wide(low: [u8; 6]) -> u64 {
        low.iter().fold(0, |number: u64, byte| number.wrapping_shl(8) | u64::from(*byte))
    }

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the low six bytes of each hash: it has no more (`chain::recent_hash`).
    pub(crate) fn serialize<S: Serializer>(hashes: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
        let short: Vec<[u8; 6]> = hashes
            .iter()
            .map(|hash| {
                let [_, _, low @ ..] = hash.to_be_bytes();
                low
            })
            .collect();
        short.serialize(serializer)
    }

    /// Reads [`serialize`].
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
        let short = Vec::<[u8; 6]>::deserialize(deserializer)?;
        Ok(short.into_iter().map(wide).collect())
    }
}

/// A moment that may be none, as one number: 0 is none, 1 is [`due::AS_FORESEEN`].
pub(crate) mod due {
    use dsl::units::Moment;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Stands on disk for what the state itself foresees; a millisecond into 1970 nothing falls due.
    pub(crate) const AS_FORESEEN: Moment = Moment(1);

    /// Writes the moment's number.
    #[allow(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "serde hands out references")]
    pub(crate) fn serialize<S: Serializer>(due: &Option<Moment>, serializer: S) -> Result<S::Ok, S::Error> {
        due.map_or(0, |moment| moment.0).serialize(serializer)
    }

    /// Reads [`serialize`].
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Moment>, D::Error> {
        let moment = i64::deserialize(deserializer)?;
        Ok((moment != 0).then_some(Moment(moment)))
    }
}

/// What hardly any member has, as one byte where it is not there.
pub(crate) mod rare {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes nothing but its absence for a default.
    pub(crate) fn serialize<T, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize + Default + PartialEq,
        S: Serializer,
    {
        Some(value).filter(|value| **value != T::default()).serialize(serializer)
    }

    /// Reads [`serialize`].
    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: Deserialize<'de> + Default,
        D: Deserializer<'de>,
    {
        Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
    }
}

/// Allocations without names: the entry's JSON skips what is absent, the state's format cannot.
pub(crate) mod allocations {
    use crate::entry::{Allocation, LotId};
    use dsl::units::{Moment, Span};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Row = (LotId, i64, Moment, Option<Moment>, Option<Span>);

    /// Writes every field of every allocation.
    pub(crate) fn serialize<S: Serializer>(list: &[Allocation], serializer: S) -> Result<S::Ok, S::Error> {
        let rows: Vec<Row> =
            list.iter().map(|a| (a.lot, a.points, a.earned_at, a.expires_at, a.slides)).collect();
        rows.serialize(serializer)
    }

    /// Reads [`serialize`].
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Allocation>, D::Error> {
        let rows = Vec::<Row>::deserialize(deserializer)?;
        Ok(rows
            .into_iter()
            .map(|(lot, points, earned_at, expires_at, slides)| Allocation {
                lot,
                points,
                earned_at,
                expires_at,
                slides,
            })
            .collect())
    }
}
