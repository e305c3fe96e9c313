//! What is read back: items of the table as DynamoDB's JSON, and dumps of it for the auditor. Damaged in any way, they
//! are named as such or read as what they say; nobody falls over them.

use crate::odd;
use crate::shop::{DESK, OTHER, READER, Shop};
use audit::{Invariant, Item, Report, Value as Stored};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use domain::chain;
use domain::ids::{MemberId, Reference, TenantId};
use reference::generate::Dice;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use store::Store;
use store::error::StoreError;
use store::ledger::Needs;
use tests::corruption::{Second, Table, audited};
use tests::wire::{Loss, Wire};

/// Answers as the database gave them, by what was asked.
type Kept = BTreeMap<(String, Vec<u8>), (u16, Vec<u8>)>;

/// A wire that gives each answer as the database gave it first; the next one damaged, where there is a seed for it.
#[derive(Debug, Clone)]
struct Bending {
    inner: Wire,
    kept: Arc<Mutex<Kept>>,
    next: Arc<Mutex<Option<u64>>>,
}

impl HttpClient for Bending {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            inner: self.inner.http_connector(settings, components),
            wire: self.clone(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    wire: Bending,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let asked = (target, request.body().bytes().unwrap_or_default().to_vec());
        let known = self.wire.kept.lock().unwrap().get(&asked).cloned();
        let (answer, wire) = (known.is_none().then(|| self.inner.call(request)), self.wire.clone());
        HttpConnectorFuture::new(async move {
            let (status, body) = match (known, answer) {
                (None, Some(answer)) => {
                    let mut response = answer.await?;
                    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
                    let body =
                        ByteStream::new(body).collect().await.map_err(|e| ConnectorError::io(e.into()))?;
                    let answer = (response.status().as_u16(), body.into_bytes().to_vec());
                    wire.kept.lock().unwrap().insert(asked, answer.clone());
                    answer
                }
                (known, _) => known.unwrap(),
            };
            let seed = wire.next.lock().unwrap().take();
            let body = seed.map_or(body.clone(), |seed| damaged(&mut Dice::new(seed), &body));
            Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body)))
        })
    }
}

/// An answer of the database with something wrong in it: mostly in one attribute of one item.
fn damaged(dice: &mut Dice, body: &[u8]) -> Vec<u8> {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else { return odd::bytes(dice, body) };
    if dice.chance(10) {
        return odd::bytes(dice, body);
    }
    let mut items = Vec::new();
    collect(&mut json, &mut items);
    if items.is_empty() || dice.chance(10) {
        odd::json(dice, &mut json);
        return json.to_string().into_bytes();
    }
    let at = dice.below(items.len());
    let fields = items.swap_remove(at).as_object_mut().unwrap();
    let names: Vec<String> = fields.keys().cloned().collect();
    let name = dice.pick(&names).clone();
    let value = &mut fields[&name];
    if let Some(text) = value["S"].as_str() {
        value["S"] = Value::String(inside(dice, text));
    } else if let (Some(bytes), true) = (value["B"].as_str(), dice.chance(80)) {
        value["B"] = Value::String(other_letters(dice, bytes));
    } else if dice.chance(50) {
        odd::json(dice, value);
    } else {
        fields.remove(&name);
    }
    json.to_string().into_bytes()
}

/// Objects that are items: whose every field is a typed value.
fn collect<'a>(value: &'a mut Value, items: &mut Vec<&'a mut Value>) {
    let typed = |value: &Value| {
        value.as_object().is_some_and(|fields| {
            fields.len() == 1
                && fields
                    .keys()
                    .all(|kind| matches!(kind.as_str(), "S" | "N" | "B" | "M" | "L" | "NULL" | "BOOL"))
        })
    };
    if value.as_object().is_some_and(|fields| !fields.is_empty() && fields.values().all(typed)) {
        items.push(value);
        return;
    }
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| collect(one, items)),
        Value::Object(fields) => fields.values_mut().for_each(|one| collect(one, items)),
        _ => {}
    }
}

/// A text; where it is JSON, mostly with something wrong in it.
fn inside(dice: &mut Dice, text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(mut json) if json.is_object() && dice.chance(85) => {
            odd::json(dice, &mut json);
            json.to_string()
        }
        _ => odd::text(dice, text),
    }
}

/// Base64 with a few other letters, or cut.
fn other_letters(dice: &mut Dice, text: &str) -> String {
    let mut letters = text.as_bytes().to_vec();
    for _ in 0..=dice.below(4) {
        if letters.is_empty() {
            break;
        }
        let at = dice.below(letters.len());
        letters[at] = *dice.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    }
    if dice.chance(15) {
        letters.truncate(dice.below(letters.len() + 1) / 4 * 4);
    }
    String::from_utf8(letters).unwrap()
}

/// A shop at rest, the wire to it, and its dump.
struct Rest {
    shop: Shop,
    wire: Bending,
    items: Vec<Item>,
    second: RefCell<Option<Second>>,
}

thread_local! {
    static REST: Rc<Rest> = Rc::new(rest());
}

fn rest() -> Rest {
    let shop = Shop::alone();
    let mut dice = Dice::new(1);
    for _ in 0..100 {
        // some are refused: that is in the ledger, too
        let event = shop.request(&mut dice);
        if !event["rawPath"].as_str().unwrap().starts_with("/v1/rules") {
            let _ = shop.ask(&event);
        }
    }
    let mut items = Vec::new();
    shop.runtime.block_on(async {
        let mut pages = shop.app.store.items();
        while let Some(page) = pages.next_page().await.unwrap() {
            items.extend(page);
        }
    });
    let items = Table::new(&items).into_items();
    assert!(audited(items.clone()).is_clean());
    let wire = Bending { inner: Wire::new(Loss::Nothing), kept: Arc::default(), next: Arc::default() };
    Rest { shop, wire, items, second: RefCell::new(Second::start()) }
}

/// A verb of the store over a damaged answer: what it reads is written back the same, or it says what is corrupt.
pub fn item_decode(dice: &mut Dice, bytes: &[u8]) {
    let rest = REST.with(Rc::clone);
    let mut config = rest.shop.world.config();
    config.http_client = Some(SharedHttpClient::new(rest.wire.clone()));
    let store = Store::connect(config).unwrap();
    let verb = dice.below(VERBS);
    let member = MemberId::parse(dice.word(&[READER, "m0", "m1", "m2", "friend0"])).unwrap();
    let tenant = TenantId::parse(dice.word(&[DESK, OTHER])).unwrap();
    let said = |seed: Option<u64>| {
        *rest.wire.next.lock().unwrap() = seed;
        rest.shop.runtime.block_on(said(&store, verb, &tenant, &member))
    };
    let sound = said(None).unwrap();
    match said(Some(dice.seed())) {
        Ok(_) | Err(StoreError::Corrupt(_) | StoreError::Unavailable(_)) => {}
        Err(other) => panic!("verb {verb}: {other}"),
    }
    assert_eq!(said(None).unwrap(), sound, "a damaged answer is remembered");
    // an item as any dump has it: read, or refused in words; what is read is written the same
    let lines: Vec<String> =
        bytes.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let line = if dice.chance(50) { dice.pick(&lines).clone() } else { dice.pick(&rest.items).to_line() };
    match Item::from_line(&inside(dice, &line)) {
        Ok(item) => assert_eq!(Item::from_line(&item.to_line()).as_ref(), Ok(&item)),
        Err(why) => assert!(!why.is_empty()),
    }
}

/// Verbs of [`said`].
const VERBS: usize = 15;

/// What a verb of the store says, shown: everything that decodes an item.
async fn said(
    store: &Store,
    verb: usize,
    tenant: &TenantId,
    member: &MemberId,
) -> Result<String, StoreError> {
    let entries = |all: Vec<(domain::entry::Entry, domain::state::State)>| {
        for (entry, state) in &all {
            assert_eq!(chain::entry_from_text(&chain::entry_to_text(entry)).as_ref(), Ok(entry));
            assert_eq!(chain::state_from_bytes(&chain::state_to_bytes(state)).as_ref(), Ok(state));
        }
        format!("{all:?}")
    };
    let now = crate::shop::NOON;
    Ok(match verb {
        0..=3 => entries(store.page(tenant, member, None, 20).await?.0.entries),
        4 => entries(store.entries_after(tenant, member, 0, 20).await?.0),
        5 => {
            // what is personal shows nothing of itself
            let profile = store.profile(tenant, member).await?;
            format!("{:?}", profile.map(|profile| profile.birthday))
        }
        6 => format!("{:?}", store.words(tenant, member).await?),
        7 => format!("{:?}", store.versions(tenant).await?),
        8 => format!("{:?}", store.current(tenant, now).await?.map(|book| book.id().to_owned())),
        9 => format!("{:?}", store.active(tenant).await?),
        10 => {
            let family = Reference::stored("p#P0#");
            let (snapshot, _) = store.snapshot(tenant, member, &family, &Needs::default()).await?;
            format!("{snapshot:?}")
        }
        11 => {
            let friends = store.friends(tenant, member, None, 20).await?;
            format!("{:?}", friends.after)
        }
        12 => {
            let names = ["budget:spring".to_owned(), "stock:mug".to_owned()];
            format!("{:?}", store.counted(tenant, &names).await?)
        }
        13 => format!("{:?}", store.is_listed(tenant).await?),
        _ => format!("{:?}", store.tenants(None).await?.0),
    })
}

/// A dump with something wrong in it: refused in words, or audited; and never found good unless it is.
pub fn fsck_dump(dice: &mut Dice, bytes: &[u8]) {
    let rest = REST.with(Rc::clone);
    let good = &rest.items;
    let mut lines: Vec<String> = good.iter().map(Item::to_line).collect();
    let at = dice.below(lines.len());
    // a change of one item must be found; what is done to lines need only be survived
    let (mut of_one, mut well_formed) = (true, false);
    match dice.below(8) {
        0 => {
            of_one = false;
            match dice.below(5) {
                0 => {
                    lines.remove(at);
                }
                1 => lines.insert(at, lines[at].clone()),
                2 => lines.truncate(at),
                3 => lines.reverse(),
                _ => {
                    let kept = String::from_utf8_lossy(bytes).into_owned();
                    lines.splice(at..at, kept.lines().map(str::to_owned));
                }
            }
        }
        1 => lines[at] = String::from_utf8_lossy(&odd::bytes(dice, lines[at].as_bytes())).into_owned(),
        2 => lines[at] = inside(dice, &lines[at]),
        _ => match entry_changed(dice, good) {
            Some((items, own, told)) => {
                (lines, well_formed) = (items.iter().map(Item::to_line).collect(), own);
                // what an entry alone tells may be told otherwise
                of_one = !told;
            }
            None => return,
        },
    }
    let read: Result<Vec<Item>, String> = lines.iter().map(|line| Item::from_line(line)).collect();
    let items = match read {
        Ok(items) => items,
        Err(why) => {
            assert!(!why.is_empty() && why.len() < 1_000, "{why}");
            return;
        }
    };
    let report = audited(items.clone());
    if of_one && Table::new(&items).into_items() != *good {
        assert!(!report.is_clean(), "found good: {:?}", differing(&items, good));
    }
    if dice.chance(10) {
        let mut second = rest.second.borrow_mut();
        agree(second.as_mut(), &items, (&report, well_formed), good);
    }
}

/// What follows from the rulebook compiled, from calendars, prices and thresholds: the first auditor's alone to judge, as
/// `tests/fsck/README.md` has it.
const OF_RULES: [Invariant; 6] = [
    Invariant::Expiry,
    Invariant::Tier,
    Invariant::Award,
    Invariant::Vouchers,
    Invariant::Referral,
    Invariant::Days,
];

/// The second auditor has a verdict on everything, finds nothing that is not there, and says the same of what our own
/// code could have written, unless only rules tell that it is wrong. (What is no entry at all, it may read past: only the
/// first knows every type.)
fn agree(second: Option<&mut Second>, items: &[Item], (report, well_formed): (&Report, bool), good: &[Item]) {
    let Some(second) = second else { return };
    second.tell(items);
    let (clean, _, why) =
        second.verdict().unwrap_or_else(|why| panic!("{why}: {:?}", differing(items, good)));
    let of_rules = report.violations.iter().all(|wrong| OF_RULES.contains(&wrong.invariant));
    let agreed = clean == report.is_clean() || clean && (!well_formed || of_rules);
    assert!(agreed, "the auditors differ: {:?}\n{report}\n{why}", differing(items, good));
}

fn differing<'a>(items: &'a [Item], good: &[Item]) -> Option<&'a Item> {
    items.iter().find(|item| !good.contains(item))
}

/// The dump with an entry's text or its state changed, and the chain sealed over it; and whether our own code could have
/// written them so.
fn entry_changed(dice: &mut Dice, good: &[Item]) -> Option<(Vec<Item>, bool, bool)> {
    let mut table = Table::new(good);
    let is_entry = |item: &Item| item.attributes.contains_key("e") && item.sk.starts_with("E#");
    let places: Vec<usize> = (0..good.len()).filter(|at| is_entry(&good[*at])).collect();
    let item = &mut table.items[*dice.pick(&places)];
    let as_it_is = dice.chance(20);
    let of_entry = dice.chance(60);
    let well_formed = if of_entry {
        let Some(Stored::Text(text)) = item.attributes.get("e") else { return None };
        let mut json: Value = serde_json::from_str(text).unwrap();
        odd::json(dice, &mut json);
        let text = json.to_string();
        // mostly as our own code would have written it, so that only the meaning is wrong
        let own = chain::entry_from_text(&text).map(|entry| chain::entry_to_text(&entry));
        let own = own.ok().filter(|_| !as_it_is);
        let well_formed = own.is_some();
        item.attributes.insert("e".to_owned(), Stored::Text(own.unwrap_or(text)));
        well_formed
    } else {
        let Some(Stored::Bytes(state)) = item.attributes.get("s") else { return None };
        let bent = odd::bytes(dice, state);
        let own = chain::state_from_bytes(&bent).map(|state| chain::state_to_bytes(&state));
        let own = own.ok().filter(|_| !as_it_is);
        let well_formed = own.is_some();
        item.attributes.insert("s".to_owned(), Stored::Bytes(own.unwrap_or(bent)));
        well_formed
    };
    let pk = item.pk.clone();
    table.seal(&pk);
    Some((table.into_items(), well_formed, of_entry && well_formed))
}
