//! What stands in each place of the grammar where a name, a path or a chosen word is written. Most follows from the
//! grammar itself: the word `group` before a name says which names fit. The rest is the one table below.

use super::grammar;
use crate::syntax::ast::Kind;
use crate::vocabulary::CHOICES;

/// What a name of a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// An item with a name: a rule, a group, an event …
    Item(Kind),
    /// A tier.
    Tier,
    /// A field of a declared event.
    Field,
    /// A question of a survey.
    Question,
    /// One of a closed choice, of a field or a question.
    Option,
    /// A category of the catalogue.
    Category,
    /// A brand.
    Brand,
    /// A channel.
    Channel,
    /// A store.
    Store,
    /// A tag.
    Tag,
    /// A badge.
    Badge,
}

impl Sort {
    /// What it is called.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Item(kind) => kind.word(),
            Self::Tier => "tier",
            Self::Field => "field",
            Self::Question => "question",
            Self::Option => "choice",
            Self::Category => "category",
            Self::Brand => "brand",
            Self::Channel => "channel",
            Self::Store => "store",
            Self::Tag => "tag",
            Self::Badge => "badge",
        }
    }

    /// The sort that a list of the catalogue declares.
    pub(super) fn of_aisle(word: &str) -> Option<Self> {
        Some(match word {
            "categories" => Self::Category,
            "brands" => Self::Brand,
            "channels" => Self::Channel,
            "stores" => Self::Store,
            "tags" => Self::Tag,
            "badges" => Self::Badge,
            _ => return None,
        })
    }

    /// True where a name may hold other signs, between quotes.
    pub(super) const fn quotable(self) -> bool {
        matches!(
            self,
            Self::Option
                | Self::Category
                | Self::Brand
                | Self::Channel
                | Self::Store
                | Self::Tag
                | Self::Badge
        )
    }
}

/// What is asked for somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A name that is declared here.
    Declares(Sort),
    /// A name of the catalogue that is declared here; which list says the sentence.
    DeclaresNames,
    /// A name that is declared elsewhere.
    Refers(Sort),
    /// A kind of event.
    Event,
    /// Something a condition speaks of.
    Subject,
    /// A value of what the condition speaks of.
    Value,
    /// One word of a closed choice, by its slot in the table of choices.
    Choice(&'static str),
    /// What the rule was called before.
    Former,
    Unit,
    Currency,
    /// Nothing that could be listed.
    Free,
}

/// What stands where the grammar reads these rules, the token last.
pub(super) fn slot(stack: &[&'static str]) -> Slot {
    let Some((token, outer)) = stack.split_last() else { return Slot::Free };
    let parent = outer.iter().rev().find(|rule| !matches!(**rule, "list" | "quantity")).copied();
    let Some(parent) = parent else { return Slot::Free };
    let named = matches!(*token, "path" | "string");
    match (parent, *token) {
        (_, "unit") | ("t_absence", "word") => Slot::Unit,
        ("event_head", "path") => Slot::Declares(Sort::Item(Kind::Event)),
        ("c_tier", "name") => Slot::Declares(Sort::Tier),
        ("c_field", "name") => Slot::Declares(Sort::Field),
        ("c_question", "name") => Slot::Declares(Sort::Question),
        ("f_one_of", _) if named => Slot::Declares(Sort::Option),
        ("c_names", _) if named => Slot::DeclaresNames,
        ("c_on" | "c_event" | "l_on", "path") => Slot::Event,
        ("y_from", "name") | ("k_first", "path") => Slot::Refers(Sort::Item(Kind::Rule)),
        ("v_choice", "path") => Slot::Refers(Sort::Item(Kind::Reward)),
        ("c_costs" | "c_floor" | "e_lift", "name") => Slot::Refers(Sort::Tier),
        ("c_classed" | "c_keep", "name") => Slot::Refers(Sort::Question),
        ("c_formerly", "name") => Slot::Former,
        ("e_tag" | "e_untag", "string") => Slot::Refers(Sort::Tag),
        ("g_badge" | "y_badge", "string") => Slot::Refers(Sort::Badge),
        ("subject" | "a_set" | "p_within", "path") => Slot::Subject,
        ("c_currency", "word") => Slot::Currency,
        ("line_field", _) if named => Slot::Value,
        (_, "word" | "path") if chosen(parent).is_some() => chosen(parent).unwrap_or(Slot::Free),
        (_, "period") => Slot::Choice("period"),
        (predicate, _) if named && predicate.starts_with("p_") => Slot::Value,
        (head, "name") if head.ends_with("_head") => {
            kind(head.trim_end_matches("_head")).map_or(Slot::Free, |kind| Slot::Declares(Sort::Item(kind)))
        }
        (_, "name") => match grammar::word_before(parent, "name") {
            Some("tier") => Slot::Refers(Sort::Tier),
            Some(word) => kind(word).map_or(Slot::Free, |kind| Slot::Refers(Sort::Item(kind))),
            None => Slot::Free,
        },
        _ => Slot::Free,
    }
}

fn chosen(parent: &str) -> Option<Slot> {
    CHOICES.iter().find(|known| known.slot == parent).map(|known| Slot::Choice(known.slot))
}

fn kind(word: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.word() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_the_grammar() {
        let item = |kind| Slot::Refers(Sort::Item(kind));
        assert_eq!(slot(&["c_group", "name"]), item(Kind::Group));
        assert_eq!(slot(&["c_budget", "name"]), item(Kind::Budget));
        assert_eq!(slot(&["sentence", "p_not_segment", "name"]), item(Kind::Segment));
        assert_eq!(slot(&["c_give", "g_reward", "name"]), item(Kind::Reward));
        assert_eq!(slot(&["c_expect", "y_rule", "name"]), item(Kind::Rule));
        assert_eq!(slot(&["c_expect", "y_tier", "name"]), Slot::Refers(Sort::Tier));
        assert_eq!(slot(&["rule_head", "name"]), Slot::Declares(Sort::Item(Kind::Rule)));
        assert_eq!(slot(&["sentence", "p_has_any", "list", "path"]), Slot::Value);
        assert_eq!(slot(&["c_rounding", "word"]), Slot::Choice("c_rounding"));
        assert_eq!(slot(&["c_formerly", "name"]), Slot::Former);
    }
}
