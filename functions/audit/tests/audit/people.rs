//! What people do to a member, and what she says: surveys, adjustments, freezes, erasure, and two who become one. Each
//! member of these has a part of her own, beside the shop's seeded crowd.

use crate::shop::{HOUR, Shop};
use domain::decision::Decision;
use domain::entry::By;
use domain::ids::{EventId, MemberId, Reference};
use domain::refusal::Refusal;
use domain::request::{
    Adjust, Answer, Enrol, Erase, Freeze, Merge, Purchase, Return, Snapshot, Stamp, Update,
};
use domain::{adjust, answer, earn, enrol, erase, freeze, give_back, merge, update};
use dsl::event::{FieldValue, Line};
use dsl::plan::Rulebook;
use dsl::units::{MICRO, Moment};
use std::collections::BTreeMap;
use store::ledger::{Needs, Write};
use store::profile::{Profile, ProfileWrite};
use store::words::Written;

fn id(text: &str) -> EventId {
    EventId::parse(text).unwrap()
}

fn by(reason: &str) -> By {
    By { actor: "support-1".to_owned(), reason: reason.to_owned() }
}

impl Shop {
    /// Everybody's part.
    pub(crate) async fn people(&mut self) {
        self.asked().await;
        self.handled().await;
        self.merged().await;
    }

    fn stamp_of(&self, member: &str, event: &str) -> Stamp {
        Stamp {
            member: MemberId::parse(member).unwrap(),
            fingerprint: format!("{event:0>32}"),
            now: self.now,
            occurred_at: self.now,
        }
    }

    async fn does(
        &mut self,
        stamp: &Stamp,
        reference: &Reference,
        profile: Option<ProfileWrite<'_>>,
        decide: impl Fn(&Snapshot, &Rulebook) -> Result<Decision, Refusal> + Send + Sync,
    ) {
        self.now.0 += 1_000;
        self.write_as(stamp, reference, profile, |_| Vec::new(), decide).await;
    }

    async fn buys(&mut self, member: &str, event: &str, amount_minor: i64) {
        let stamp = self.stamp_of(member, event);
        let lines = vec![Line { amount_minor, quantity: 1, eligible: true, ..Line::default() }];
        let request = Purchase {
            stamp: stamp.clone(),
            id: id(event),
            lines,
            channel: None,
            store: None,
            redemption: None,
        };
        let reference = Reference::purchase(&request.id);
        self.write(&stamp, &reference, None, earn::needed_counters, |s, r| earn::earn(s, &request, r)).await;
    }

    async fn answers(&mut self, member: &str, survey: &str, said: &[(&str, FieldValue)], words: &str) {
        let stamp = self.stamp_of(member, survey);
        let answers: BTreeMap<String, FieldValue> =
            said.iter().map(|(question, answer)| ((*question).to_owned(), answer.clone())).collect();
        let expires_at = Moment(self.now.0 + HOUR);
        let request = Answer { stamp: stamp.clone(), survey: survey.to_owned(), expires_at, answers };
        let words = BTreeMap::from([("comment".to_owned(), words.to_owned())]);
        let written = Written { survey: survey.to_owned(), words };
        let beside = Some(ProfileWrite::Words(&written)).filter(|_| survey == "nps");
        self.does(&stamp, &Reference::survey(survey), beside, |s, r| answer::answer(s, &request, r)).await;
    }

    /// She answers two surveys, and buys in between.
    async fn asked(&mut self) {
        self.buys("asked", "q1", 1_000).await;
        let score = FieldValue::Number(10 * MICRO);
        let reason = FieldValue::Text("service".to_owned());
        self.answers("asked", "nps", &[("score", score), ("reason", reason)], "all was well").await;
        self.buys("asked", "q2", 1_000).await;
        self.answers("asked", "visit_rated", &[("stars", FieldValue::Number(2 * MICRO))], "").await;
        self.buys("asked", "q3", 1_000).await;
    }

    /// Support has much to do with her, and in the end she wants to be forgotten.
    async fn handled(&mut self) {
        let who = "handled";
        let stamp = self.stamp_of(who, "enrolment");
        let profile = Profile { name: Some("Ann".to_owned()), ..Profile::default() };
        let request = Enrol { stamp: stamp.clone() };
        self.write(&stamp, &Reference::enrolment(), Some(&profile), enrol::needed_counters, |s, r| {
            enrol::enrol(s, &request, r)
        })
        .await;
        self.answers(who, "nps", &[("score", FieldValue::Number(3 * MICRO))], "my number is 0123").await;
        for (event, points) in [("j1", 90_000), ("j2", -20), ("j3", 100_000)] {
            let stamp = self.stamp_of(who, event);
            let request = Adjust { stamp: stamp.clone(), id: id(event), points, by: by("goodwill") };
            let reference = Reference::adjustment(&request.id);
            self.does(&stamp, &reference, None, |s, r| adjust::adjust(s, &request, r)).await;
        }
        for (event, earning, spending) in [("z1", true, false), ("z2", false, true), ("z3", false, false)] {
            let stamp = self.stamp_of(who, event);
            let request = Freeze { stamp: stamp.clone(), id: id(event), earning, spending, by: by("review") };
            let reference = Reference::freeze(&request.id);
            self.does(&stamp, &reference, None, |s, r| freeze::freeze(s, &request, r)).await;
        }
        self.buys(who, "h1", 2_000).await;
        let stamp = self.stamp_of(who, "u1");
        let request = Update {
            stamp: stamp.clone(),
            id: id("u1"),
            fields: vec!["consents".to_owned(), "household".to_owned()],
            consents: Some(vec!["email".to_owned()]),
            terms: None,
            household: Some("h1".to_owned()),
            actor: "support-1".to_owned(),
        };
        let reference = Reference::update(&request.id);
        self.does(&stamp, &reference, None, |s, r| update::update(s, &request, r)).await;
        let stamp = self.stamp_of(who, "x");
        let request = Erase { stamp: stamp.clone(), by: by("asked-for") };
        let words = self.store.words(&self.tenant, &stamp.member).await.unwrap();
        assert_eq!(words.len(), 1);
        let beside = Some(ProfileWrite::Erase(&words));
        self.does(&stamp, &Reference::erasure(), beside, |s, r| erase::erase(s, &request, r)).await;
    }

    /// Two who are one, and a purchase of before that comes back after.
    async fn merged(&mut self) {
        self.buys("old", "o1", 4_000).await;
        self.buys("old", "o2", 1_500).await;
        self.buys("new", "n1", 2_500).await;
        let stamp = self.stamp_of("new", "g1");
        let [from, into] = ["old", "new"].map(|member| MemberId::parse(member).unwrap());
        let request = Merge {
            stamp: stamp.clone(),
            id: id("g1"),
            from: from.clone(),
            into: into.clone(),
            by: by("duplicate"),
        };
        let reference = Reference::merge(&request.id);
        let decide = |one: &Snapshot, other: &Snapshot| merge::merge(one, other, &request, &self.rulebook);
        self.both(&stamp, [(&from, &reference), (&into, &reference)], decide).await;
        self.now.0 += 1_000;
        let stamp = self.stamp_of("old", "gr");
        let request = Return { stamp: stamp.clone(), purchase: id("o1"), id: id("gr"), lines: Vec::new() };
        let reference = Reference::purchase_return(&request.purchase, &request.id);
        let survivor = Reference::merged_return(&from, &request.purchase, &request.id);
        let decide = |one: &Snapshot, other: &Snapshot| {
            merge::give_back_merged(one, other, (&request, &survivor), &self.rulebook)
        };
        self.both(&stamp, [(&from, &reference), (&into, &survivor)], decide).await;
        self.now.0 += 1_000;
        // a return of her own, of which the whole is back, after all this
        self.buys("new", "n2", 700).await;
        let stamp = self.stamp_of("new", "nr");
        let request = Return { stamp: stamp.clone(), purchase: id("n2"), id: id("nr"), lines: Vec::new() };
        let reference = Reference::purchase_return(&request.purchase, &request.id);
        self.does(&stamp, &reference, None, |s, r| give_back::give_back(s, &request, r)).await;
    }

    async fn both(
        &self,
        stamp: &Stamp,
        sides: [(&MemberId, &Reference); 2],
        decide: impl FnMut(&Snapshot, &Snapshot) -> Result<[Decision; 2], Refusal> + Send,
    ) {
        let needs = Needs { paid_with: true, ..Needs::default() };
        let writes = sides.map(|(member, reference)| Write {
            tenant: &self.tenant,
            member,
            reference,
            fingerprint: &stamp.fingerprint,
            needs: &needs,
            profile: None,
            now: stamp.now,
        });
        self.store.apply_both(writes, decide).await.unwrap();
    }
}
