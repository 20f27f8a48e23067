//! The statistics: stored rows, and rows generated from the seed for the banners of the ad server.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use fastrand::Rng;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::super::data::AdfoxData;
use super::super::row::{Row, key, row, text};
use super::rows::{AdfoxGenerated, AdfoxReportRow};
use crate::random::{day_number, percent, seeded, weekday_share};
use crate::revisions::{Addition, Factor, RowKey};

/// Tables of the generator, see [`seeded`].
const BANNERS: u64 = 31;
const DAYS: u64 = 32;
/// Rows of a banner per day: two places, the first of them on two kinds of devices.
const SLOTS: u64 = 3;
const DEVICES: [&str; 2] = ["desktop", "mobile"];
const TAGS: [&str; 4] = ["brand", "promo", "season", "test"];

/// An object that rows belong to.
#[derive(Clone)]
pub(super) struct Object {
    pub(super) id: u64,
    pub(super) name: Arc<str>,
}

/// A place with its website and zone.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) site: Object,
    pub(super) zone: Object,
    pub(super) place: Object,
}

/// What the rows of one banner on one place have in common.
pub(super) struct Slot {
    number: u64,
    /// Loads on an average Monday.
    size: u64,
    /// Income of a thousand loads, in hundredths.
    price: u64,
    pub(super) advertiser: Object,
    pub(super) super_campaign: Object,
    pub(super) campaign: Object,
    pub(super) banner: Object,
    pub(super) place: Place,
    pub(super) device: Arc<str>,
    pub(super) tags: [&'static str; 2],
    /// The identity of its rows for the plan of revisions.
    pub(super) key: RowKey,
    /// The IDs of the campaign and of the banner, as revisions name them.
    pub(super) names: [Arc<str>; 2],
}

/// The numbers of a row, or of several.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) loads: u64,
    pub(super) commercial: u64,
    pub(super) impressions: u64,
    pub(super) views: u64,
    pub(super) clicks: u64,
    pub(super) events: u64,
    pub(super) income: Decimal,
    pub(super) cost: Decimal,
}

/// The numbers of one slot on one day.
pub(super) struct DataRow<'a> {
    pub(super) day: Date,
    pub(super) slot: &'a Slot,
    pub(super) figures: Figures,
}

/// Rows of the data by day.
type Stored = BTreeMap<Date, Vec<(Slot, Figures)>>;

/// The statistics of all banners.
pub(super) struct Statistics {
    stored: Stored,
    slots: Vec<Slot>,
    /// The first slot of each banner and campaign, generated or of a stored day.
    firsts: Vec<(Option<Date>, usize)>,
    generated: Option<AdfoxGenerated>,
    seed: u64,
    /// The login of the first account, which revisions and totals name.
    pub(super) account: String,
}

impl Statistics {
    /// Banners whose ID is not a number have no statistics.
    pub(super) fn new(data: &AdfoxData, seed: u64) -> Self {
        let generated = data.generated.as_ref();
        let seed = generated.and_then(|own| own.seed).unwrap_or(seed);
        let index = Index::new(data);
        let mut stored = Stored::new();
        for row in &data.report_rows {
            let day = stored.entry(row.date).or_default();
            day.push((index.stored_slot(row), Figures::from(row)));
        }
        let slots = generated.map_or_else(Vec::new, |_| slots(data, &index, seed));
        Self {
            firsts: firsts(&slots, &stored),
            stored,
            slots,
            generated: data.generated.clone(),
            seed,
            account: index.account.to_owned(),
        }
    }

    /// The first and the last day with statistics; reversed if there are none.
    pub(super) fn days(&self) -> (Date, Date) {
        let generated = self.generated.iter().flat_map(|own| [own.from, own.to]);
        let ends = [self.stored.keys().next(), self.stored.keys().next_back()];
        let stored = ends.into_iter().flatten().copied();
        let days = generated.chain(stored);
        days.fold((Date::MAX, Date::MIN), |(first, last), day| {
            (first.min(day), last.max(day))
        })
    }

    /// The first slot of each banner and campaign.
    pub(super) fn firsts(&self) -> impl Iterator<Item = &Slot> {
        let firsts = self.firsts.iter();
        firsts.filter_map(|(day, index)| match day {
            None => self.slots.get(*index),
            Some(day) => self.stored.get(day)?.get(*index).map(|(slot, _)| slot),
        })
    }

    /// Returns the rows of a day as the data have them, which only depend on these and the seed.
    pub(super) fn source_rows(&self, day: Date) -> impl Iterator<Item = DataRow<'_>> {
        let stored = self.stored.get(&day).into_iter().flatten();
        let stored = stored.map(move |(slot, figures)| DataRow {
            day,
            slot,
            figures: *figures,
        });
        let generated = self.generated.as_ref();
        let has_data = generated.is_some_and(|own| (own.from..=own.to).contains(&day));
        let slots = if has_data { &self.slots[..] } else { &[] };
        let generated = slots.iter().filter_map(move |slot| {
            let mut random = seeded(self.seed, DAYS, slot.number, day_number(day));
            let figures = Figures::generate(&mut random, slot, day)?;
            Some(DataRow { day, slot, figures })
        });
        stored.chain(generated)
    }
}

impl Figures {
    /// Generates the numbers of a slot; `None` for 3 % of the days.
    fn generate(random: &mut Rng, slot: &Slot, day: Date) -> Option<Self> {
        if percent(random, 3) {
            return None;
        }
        let loads = slot.size * weekday_share(day) * random.u64(75..=125) / 10_000;
        let commercial = loads * random.u64(70..=95) / 100;
        let clicks = commercial * random.u64(0..=200) / 10_000;
        // Hundredths for a thousand loads are hundred-thousandths for one.
        let income = commercial * slot.price * random.u64(90..=110);
        let income = Decimal::from_i128_with_scale(income.into(), 7);
        Some(Self {
            loads,
            commercial,
            impressions: commercial * random.u64(85..=99) / 100,
            views: commercial * random.u64(40..=70) / 100,
            clicks,
            events: clicks * random.u64(0..=30) / 100,
            income,
            cost: (income * Decimal::new(random.i64(50..=80), 2)).trunc_with_scale(7),
        })
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.loads = self.loads.saturating_add(other.loads);
        self.commercial = self.commercial.saturating_add(other.commercial);
        self.impressions = self.impressions.saturating_add(other.impressions);
        self.views = self.views.saturating_add(other.views);
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.events = self.events.saturating_add(other.events);
        self.income = self.income.saturating_add(other.income);
        self.cost = self.cost.saturating_add(other.cost);
    }

    /// Scales all numbers, each rounded down, so that none exceeds another that it did not exceed.
    pub(super) fn scaled(&self, factor: Factor) -> Self {
        Self {
            loads: factor.count(self.loads),
            commercial: factor.count(self.commercial),
            impressions: factor.count(self.impressions),
            views: factor.count(self.views),
            clicks: factor.count(self.clicks),
            events: factor.count(self.events),
            income: factor.amount(self.income),
            cost: factor.amount(self.cost),
        }
    }

    pub(super) fn times(&self, count: u64) -> Self {
        Self {
            loads: self.loads.saturating_mul(count),
            commercial: self.commercial.saturating_mul(count),
            impressions: self.impressions.saturating_mul(count),
            views: self.views.saturating_mul(count),
            clicks: self.clicks.saturating_mul(count),
            events: self.events.saturating_mul(count),
            income: self.income.saturating_mul(count.into()),
            cost: self.cost.saturating_mul(count.into()),
        }
    }
}

impl From<Addition> for Figures {
    fn from(added: Addition) -> Self {
        Self {
            loads: added.impressions,
            commercial: added.impressions,
            impressions: added.impressions,
            clicks: added.clicks,
            income: added.money,
            ..Self::default()
        }
    }
}

impl From<&AdfoxReportRow> for Figures {
    fn from(row: &AdfoxReportRow) -> Self {
        Self {
            loads: row.loads_total,
            commercial: row.loads_commercial,
            impressions: row.impressions_commercial,
            views: row.views_total,
            clicks: row.clicks_total,
            events: row.events_total,
            income: row.income,
            cost: row.cost,
        }
    }
}

/// Looks objects of the data up by their IDs.
struct Index<'a> {
    rows: HashMap<(&'a str, String), &'a Row>,
    account: &'a str,
}

impl<'a> Index<'a> {
    fn new(data: &'a AdfoxData) -> Self {
        let rows = data.objects.iter().flat_map(|(object, rows)| {
            let id = |row: &'a Row| Some((text(row, key(object))?.into_owned(), row));
            let rows = rows.iter().filter_map(id);
            rows.map(move |(id, row)| ((object.as_str(), id), row))
        });
        let account = data.accounts.first();
        Self {
            rows: rows.collect(),
            account: account.map_or("", |account| &account.login),
        }
    }

    /// Returns the parent that `member` of a row names, or an object 0 without a name.
    fn parent(
        &self,
        row: Option<&Row>,
        member: &str,
        object: &'a str,
    ) -> (Object, Option<&'a Row>) {
        let id = row.and_then(|row| text(row, member)).unwrap_or_default();
        let parent = self.rows.get(&(object, id.to_string())).copied();
        let name = ["name", "company", "account"].into_iter();
        let mut names = name.filter_map(|name| text(parent?, name));
        let object = Object {
            id: id.parse().unwrap_or_default(),
            name: names.next().unwrap_or_default().into(),
        };
        (object, parent)
    }

    /// Returns what the rows of a banner, or of a campaign without one, have in common.
    fn slot(&self, banner: &Row, place: Option<&Row>, device: &str) -> Slot {
        let banner = Some(banner);
        let (campaign, own) = self.parent(banner, "campaignID", "campaign");
        let tag = usize::try_from(campaign.id).unwrap_or_default();
        let banner = self.parent(banner, key("banner"), "banner").0;
        let spot = self.parent(place, key("place"), "place").0;
        let ids = [campaign.id, banner.id, spot.id].map(|id| id.to_string());
        let [campaign_id, banner_id, place_id] = &ids;
        Slot {
            key: RowKey::new(
                "adfox",
                self.account,
                &[campaign_id, banner_id, place_id, device],
            ),
            names: [campaign_id.as_str().into(), banner_id.as_str().into()],
            number: 0,
            size: 0,
            price: 0,
            advertiser: self.parent(own, "advertiserID", "advertiser").0,
            super_campaign: self.parent(own, "superCampaignID", "superCampaign").0,
            campaign,
            banner,
            place: Place {
                site: self.parent(place, "siteID", "website").0,
                zone: self.parent(place, "zoneID", "zone").0,
                place: spot,
            },
            device: device.into(),
            tags: [TAGS[tag % 4], TAGS[(tag + 1) % 4]],
        }
    }

    fn stored_slot(&self, stored: &AdfoxReportRow) -> Slot {
        let known = |object, id: u64| {
            let known = self.rows.get(&(object, id.to_string()));
            known.map_or_else(
                || row([(key(object), id.to_string())]),
                |row| Row::clone(row),
            )
        };
        let mut banner = known("banner", stored.banner_id);
        if stored.campaign_id != 0 {
            banner.insert("campaignID".to_owned(), stored.campaign_id.into());
        }
        let place = known("place", stored.place_id);
        self.slot(&banner, Some(&place), &stored.device_type)
    }
}

/// Finds the first slot of each banner and campaign.
fn firsts(slots: &[Slot], stored: &Stored) -> Vec<(Option<Date>, usize)> {
    let mut seen = HashSet::new();
    let generated = slots.iter().enumerate();
    let generated = generated.map(|(index, slot)| (slot, (None, index)));
    let stored = stored.iter().flat_map(|(day, rows)| {
        let rows = rows.iter().enumerate();
        rows.map(move |(index, (slot, _))| (slot, (Some(*day), index)))
    });
    let firsts = generated.chain(stored);
    firsts
        .filter(|(slot, _)| seen.insert(&slot.names))
        .map(|(_, place)| place)
        .collect()
}

/// Returns the slots of all banners whose ID is a number.
fn slots(data: &AdfoxData, index: &Index<'_>, seed: u64) -> Vec<Slot> {
    let rows = |object: &str| data.objects.get(object).map_or(&[][..], Vec::as_slice);
    let places = rows("place");
    let mut slots = Vec::new();
    for (at, row) in rows("banner").iter().enumerate() {
        let id = text(row, key("banner")).and_then(|id| id.parse().ok());
        let id: u64 = id.unwrap_or_default();
        if id == 0 {
            continue;
        }
        let kind = text(row, "bannerTypeID");
        let fits = |place: &&Row| text(place, "bannerTypeID") == kind;
        let fitting: Vec<&Row> = places.iter().filter(fits).collect();
        for slot in 0..SLOTS {
            let number = id.wrapping_mul(SLOTS).wrapping_add(slot);
            let mut random = seeded(seed, BANNERS, number, 0);
            let which = at + usize::from(slot == 2);
            let place = fitting.get(which.checked_rem(fitting.len()).unwrap_or_default());
            let device = DEVICES[usize::from(slot == 1)];
            slots.push(Slot {
                number,
                size: random.u64(200..=20_000),
                price: random.u64(2_000..=30_000),
                ..index.slot(row, place.copied(), device)
            });
        }
    }
    slots
}
