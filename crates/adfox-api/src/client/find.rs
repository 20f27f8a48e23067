use std::collections::HashMap;
use std::time::Duration;

use adcore::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::{Client, Pages};
use crate::calls::{Action, AddOutput, ApiCall, Call, Context, Object, PartialSuccess, Row};

/// The output of [`Client::find_or_add`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FindOrAdd<I> {
    /// The object's id.
    #[serde(rename = "ID")]
    pub id: I,
    /// Whether the object was added; `false` if it existed.
    pub added: bool,
    /// What was not carried out, in the vendor's words.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

/// The parameters of an `add` that identify objects of one kind, which are also members of rows.
struct Identity {
    members: &'static [&'static str],
    /// The members of rows for the id and the first parameter, if they have other names.
    renamed: Option<(&'static str, &'static str)>,
    /// A parameter of the call, and the filter of the list that narrows down to it.
    filter: Option<(&'static str, &'static str)>,
}

fn identity(object: &Object) -> Option<Identity> {
    let (members, filter): (&[&str], _) = match object {
        Object::SuperCampaign => (&["name", "advertiserID"], None),
        Object::Campaign => (
            &["name", "superCampaignID", "advertiserID"],
            Some(("superCampaignID", "superCampaignID")),
        ),
        Object::Banner => (
            &["name", "campaignID"],
            Some(("campaignID", "listCampaignIDs")),
        ),
        Object::Zone => (&["name", "siteID"], Some(("siteID", "actionObjectID2"))),
        Object::Place => (
            &["name", "siteID", "zoneID"],
            Some(("siteID", "actionObjectID2")),
        ),
        Object::Advertiser | Object::Webmaster => (&["account"], None),
        Object::Website
        | Object::BannerType
        | Object::Position
        | Object::Category
        | Object::Contractor => (&["name"], None),
        Object::TracingPoint => (
            &["name", "advertiserID"],
            Some(("advertiserID", "advertiserID")),
        ),
        Object::Contract => (&["number", "customerID", "executorID"], None),
        _ => return None,
    };
    let renamed = (*object == Object::TracingPoint).then_some(("objectID", "objectName"));
    Some(Identity {
        members,
        renamed,
        filter,
    })
}

/// The kind of object that `add` adds, and how to find it.
fn lookup(add: &Call) -> Result<(&Object, Identity), Error> {
    let object = add.object.as_ref();
    let known = object.filter(|_| add.context == Context::Account && add.action == Action::Add);
    known
        .and_then(|object| Some((object, identity(object)?)))
        .ok_or_else(|| {
            Error::invalid_input("call", "must add an object that can be found by its name")
        })
}

/// Whether two ids are the same number, such as `5001` and `05001`.
fn is_same_id(wanted: &str, found: Option<&str>) -> bool {
    let number = |text: &str| text.parse::<u64>().ok();
    number(wanted).is_some_and(|wanted| found.and_then(number) == Some(wanted))
}

impl Client {
    /// Finds the objects that an `add` would duplicate: those of the same name and parent.
    ///
    /// Takes a typed request or a [`Call`]. The whole list is read, because some servers ignore
    /// `search`. The ids come in the order of the list.
    ///
    /// # Errors
    /// `InvalidInput` if the call adds nothing that can be looked up, or has no name; otherwise as
    /// [`call`](Self::call).
    pub async fn find(&self, add: &(impl ApiCall + Sync)) -> Result<Vec<String>, Error> {
        self.find_ids(&add.to_call()).await
    }

    /// As [`find`](Self::find), for several `add`s of one kind of object with one reading of the list.
    ///
    /// The ids of each `add` are at its place.
    ///
    /// # Errors
    /// As [`find`](Self::find); `InvalidInput` also if the objects are of different kinds.
    pub async fn find_each(&self, adds: &[Call]) -> Result<Vec<Vec<String>>, Error> {
        let Some(first) = adds.first() else {
            return Ok(Vec::new());
        };
        let (object, identity) = lookup(first)?;
        let name = identity.members[0];
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, add) in adds.iter().enumerate() {
            if lookup(add)?.0 != object {
                return Err(Error::invalid_input(
                    "call",
                    "must add the same kind of object",
                ));
            }
            let wanted = add.params.get(name).map(str::trim);
            let wanted = wanted.filter(|text| !text.is_empty());
            let wanted = wanted
                .ok_or_else(|| Error::invalid_input(name, "is required to find the object"))?;
            by_name.entry(wanted).or_default().push(at);
        }
        let mut list = Call::new(Context::Account, Action::List).object(object.clone());
        list.encoding = first.encoding;
        if let Some((parameter, filter)) = identity.filter
            && let Some(parent) = first.params.get(parameter)
            && adds
                .iter()
                .all(|add| add.params.get(parameter) == Some(parent))
        {
            // In plain digits, which every server compares alike.
            list = match parent.trim().parse::<u64>() {
                Ok(id) => list.param(filter, id),
                Err(_) => list.param(filter, parent),
            };
        }
        let (id, called) = identity.renamed.unwrap_or(("ID", name));
        let mut found = vec![Vec::new(); adds.len()];
        let mut pages: Pages<Row> = self.pages(&list);
        while let Some(page) = pages.next().await {
            for row in &page?.rows {
                let text = |member| {
                    let member = if member == name { called } else { member };
                    row.text(member).map(str::trim)
                };
                let named = text(name).and_then(|text| by_name.get(text));
                let same = named.into_iter().flatten().filter(|at| {
                    identity.members.iter().all(|member| {
                        let wanted = adds[**at].params.get(member).map(str::trim);
                        wanted.is_none_or(|wanted| {
                            let found = text(member);
                            Some(wanted) == found || *member != name && is_same_id(wanted, found)
                        })
                    })
                });
                if let Some(id) = row.text(id) {
                    same.for_each(|at| found[*at].push(id.to_owned()));
                }
            }
        }
        Ok(found)
    }

    async fn find_ids(&self, add: &Call) -> Result<Vec<String>, Error> {
        let found = self.find_each(std::slice::from_ref(add)).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Looks for the object of an `add` whose response was lost, again and again for `time`.
    ///
    /// Such an `add` may still run while this looks. Returns the first id that `knows` does not know,
    /// and `None` if there is none at the end of `time`.
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
    /// use std::time::Duration;
    ///
    /// use adfox_api::calls::{AddZone, WebsiteId};
    ///
    /// let add = AddZone::new("Main page", WebsiteId::new(5001));
    /// let before = client.find(&add).await?;
    /// if let Err(error) = client.add_zone(&add).await {
    ///     if error.may_have_run() {
    ///         let knows = |id: &str| before.iter().any(|known| known == id);
    ///         let id = client.find_lost(&add, Duration::from_secs(60), knows).await?;
    ///         println!("{id:?}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`find`](Self::find), if the last look fails.
    pub async fn find_lost(
        &self,
        add: &(impl ApiCall + Sync),
        time: Duration,
        knows: impl Fn(&str) -> bool + Send,
    ) -> Result<Option<String>, Error> {
        const MAX_PAUSE: Duration = Duration::from_secs(10);
        let call = add.to_call();
        let end = Instant::now() + time;
        let mut pause = Duration::from_millis(250);
        loop {
            // Before the look: an object that is added during the last one is not missed by much.
            let is_last = Instant::now() >= end;
            match self.find_ids(&call).await {
                Ok(found) => {
                    let lost = found.into_iter().find(|id| !knows(id));
                    if lost.is_some() || is_last {
                        return Ok(lost);
                    }
                }
                Err(error) if is_last || error.kind() == ErrorKind::InvalidInput => {
                    return Err(error);
                }
                Err(_) => {}
            }
            sleep(pause.min(end.saturating_duration_since(Instant::now()))).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    /// Adds an object unless one of the same name and parent exists.
    ///
    /// Takes a typed request or a [`Call`], whose id is a text. After a failure that leaves open
    /// whether the `add` ran, the object is looked up for the
    /// [`settle_time`](crate::ClientBuilder::settle_time) before the `add` is sent again. If
    /// several such objects exist, the first one is returned.
    ///
    /// ADFOX has no idempotency keys, so this is as certain as the settle time is long: an `add` that
    /// runs later than that makes a duplicate. So do two programs that both find nothing, and a
    /// program that is killed after its `add` was sent and started again at once: let one program at a
    /// time add objects, and record what was sent.
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
    /// use adfox_api::calls::{AddZone, WebsiteId};
    ///
    /// let zone = client.find_or_add(&AddZone::new("Main page", WebsiteId::new(5001))).await?;
    /// println!("{} {}", zone.id, if zone.added { "was added" } else { "exists" });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`find`](Self::find) and [`call`](Self::call); if the error says
    /// [`may_have_run`](Error::may_have_run), the response was lost twice.
    pub async fn find_or_add<M>(
        &self,
        request: &M,
    ) -> Result<FindOrAdd<<M::Output as AddOutput>::Id>, Error>
    where
        M: ApiCall<Output: AddOutput> + Sync,
    {
        let call = request.to_call();
        let found = match self.find_first(&call).await? {
            Some(found) => found,
            None => self.add_once(&call).await?,
        };
        let id = found.id.parse().map_err(|_| {
            Error::new(ErrorKind::Decode, "the id is not a number")
                .with_operation(super::VENDOR, call.name())
        })?;
        Ok(FindOrAdd {
            id,
            added: found.added,
            partial: found.partial,
        })
    }

    /// Sends an `add`; if its response is lost, looks for the object while the `add` may still run,
    /// and sends it again if there is none.
    async fn add_once(&self, add: &Call) -> Result<FindOrAdd<String>, Error> {
        let mut repeats = 1;
        loop {
            let lost = match self.add(add).await {
                Err(error) if error.may_have_run() => error,
                outcome => return outcome,
            };
            match self.find_lost(add, self.0.settle_time, |_| false).await {
                Ok(Some(id)) => {
                    return Ok(FindOrAdd {
                        id,
                        added: true,
                        partial: None,
                    });
                }
                Ok(None) if repeats > 0 => repeats -= 1,
                Ok(None) | Err(_) => return Err(lost),
            }
        }
    }

    async fn find_first(&self, add: &Call) -> Result<Option<FindOrAdd<String>>, Error> {
        let found = self.find_ids(add).await?;
        Ok(found.into_iter().next().map(|id| FindOrAdd {
            id,
            added: false,
            partial: None,
        }))
    }

    async fn add(&self, add: &Call) -> Result<FindOrAdd<String>, Error> {
        let output = self.call(add).await?;
        let id = output.id.ok_or_else(|| {
            Error::new(ErrorKind::Decode, "status.ID is missing")
                .with_operation(super::VENDOR, add.name())
        })?;
        Ok(FindOrAdd {
            id,
            added: true,
            partial: output.partial,
        })
    }
}
