//! The nearest known name, for "did you mean". Bounded: names of more than 64 characters have none.

/// The known name nearest to `name`, if it is near enough to be a slip.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.chars().count() > 64 {
        return None;
    }
    let far = name.chars().count() / 3 + 1;
    known.map(|k| (distance(name, k), k)).filter(|(d, _)| *d <= far).min().map(|(_, k)| k)
}

/// Levenshtein's distance over characters, case ignored.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal + usize::from(from != *to);
            diagonal = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_slips_and_nothing_far() {
        let known = ["amount_minor", "quantity", "sku"];
        assert_eq!(nearest("amount", known.into_iter()), None);
        assert_eq!(nearest("amount_minr", known.into_iter()), Some("amount_minor"));
        assert_eq!(nearest("Quantity", known.into_iter()), Some("quantity"));
        assert_eq!(nearest("zzz", known.into_iter()), None);
    }
}
