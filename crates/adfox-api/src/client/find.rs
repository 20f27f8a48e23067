use adcore::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

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

    async fn find_ids(&self, add: &Call) -> Result<Vec<String>, Error> {
        let object = add.object.as_ref();
        let known = object.filter(|_| add.context == Context::Account && add.action == Action::Add);
        let (object, identity) = known
            .and_then(|object| Some((object, identity(object)?)))
            .ok_or_else(|| {
                Error::invalid_input("call", "must add an object that can be found by its name")
            })?;
        let name = identity.members[0];
        if add
            .params
            .get(name)
            .is_none_or(|text| text.trim().is_empty())
        {
            return Err(Error::invalid_input(name, "is required to find the object"));
        }
        let mut list = Call::new(Context::Account, Action::List).object(object.clone());
        list.encoding = add.encoding;
        if let Some((parameter, filter)) = identity.filter
            && let Some(parent) = add.params.get(parameter)
        {
            list = list.param(filter, parent);
        }
        let (id, called) = identity.renamed.unwrap_or(("ID", name));
        let mut found = Vec::new();
        let mut pages: Pages<Row> = self.pages(&list);
        while let Some(page) = pages.next().await {
            let page = page?;
            let same = page.rows.iter().filter(|row| {
                identity.members.iter().all(|member| {
                    let wanted = add.params.get(member).map(str::trim);
                    let member = if *member == name { called } else { member };
                    let actual = row.text(member).map(str::trim);
                    wanted.is_none() || wanted == actual
                })
            });
            found.extend(same.filter_map(|row| row.text(id).map(str::to_owned)));
        }
        Ok(found)
    }

    /// Adds an object unless one of the same name and parent exists.
    ///
    /// Takes a typed request or a [`Call`], whose id is a text. After a failure that leaves open
    /// whether the `add` ran, the object is looked up again before the `add` is sent once more. If
    /// several such objects exist, the first one is returned.
    ///
    /// ADFOX has no idempotency keys, so this makes duplicates unlikely and not impossible: an `add`
    /// whose response was lost may still run after the second lookup, and two programs may both find
    /// nothing. If that matters, let one program at a time add objects, and look for duplicates after
    /// an error with [`Error::may_have_run`].
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
    /// As [`find`](Self::find) and [`call`](Self::call).
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
            None => match self.add(&call).await {
                Err(error) if error.may_have_run() => match self.find_first(&call).await? {
                    Some(found) => FindOrAdd {
                        added: true,
                        ..found
                    },
                    None => self.add(&call).await?,
                },
                outcome => outcome?,
            },
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
