//! Users of the account, and the criteria of visitors.

use jiff::civil::DateTime;

use super::id::{AdvertiserId, AssistantId, CriteriaId, CriteriaValueId, UserId, WebmasterId};
use super::macros::{request, row};
use super::{Added, Changed};

request! {
    /// Adds an advertiser (`account.add.advertiser`).
    AddAdvertiser(Account.Add.Advertiser) -> Added<AdvertiserId> {
        required {
            /// The name to log in with.
            account: String as "account",
            /// The mail address.
            email: String as "eMail",
        }
        optional {
            /// The company.
            company: String as "company",
            /// The first name.
            first_name: String as "firstName",
            /// The last name.
            last_name: String as "lastName",
            /// The telephone number.
            phone: String as "phone",
        }
    }
}

request! {
    /// Deletes a user of any kind (`account.delete.user`).
    DeleteUser(Account.Delete.User) -> Changed {
        required {
            /// Which one.
            id: UserId as "actionObjectID",
        }
    }
}

request! {
    /// Lists advertisers (`account.list.advertiser`).
    ListAdvertisers(Account.List.Advertiser) -> Advertiser {
        optional {
            /// Only this one.
            id: AdvertiserId as "actionObjectID",
        }
    }
}

request! {
    /// Lists webmasters (`account.list.webmaster`).
    ListWebmasters(Account.List.Webmaster) -> Webmaster {
        optional {
            /// Only this one.
            id: WebmasterId as "actionObjectID",
        }
    }
}

request! {
    /// Lists assistants (`account.list.assistant`).
    ListAssistants(Account.List.Assistant) -> Assistant {
        optional {
            /// Only this one.
            id: AssistantId as "actionObjectID",
        }
    }
}

request! {
    /// Adds a value to a user criteria (`userCriteria.addValue`).
    AddCriteriaValue(UserCriteria.AddValue) -> Added<CriteriaValueId> {
        required {
            /// Which criteria.
            criteria: CriteriaId as "criteriaID",
            /// The value as the page code sends it.
            user_id: String as "userID",
            /// Its name.
            name: String as "name",
        }
        optional {
            /// Whether campaigns of today are targeted by it.
            on: bool as "isOn",
        }
    }
}

request! {
    /// Changes a value of a user criteria (`userCriteria.modifyValue`).
    ModifyCriteriaValue(UserCriteria.ModifyValue) -> Changed {
        required {
            /// Which criteria.
            criteria: CriteriaId as "criteriaID",
            /// Which value.
            id: CriteriaValueId as "objectID",
        }
        optional {
            /// The value as the page code sends it.
            user_id: String as "userID",
            /// Its name.
            name: String as "name",
        }
    }
}

request! {
    /// Removes a value of a user criteria (`userCriteria.removeValue`).
    RemoveCriteriaValue(UserCriteria.RemoveValue) -> Changed {
        required {
            /// Which criteria.
            criteria: CriteriaId as "criteriaID",
            /// Which value.
            id: CriteriaValueId as "objectID",
        }
    }
}

request! {
    /// Lists the values of user criteria (`userCriteria.listValues`).
    ListCriteriaValues(UserCriteria.ListValues) -> CriteriaValue {
        optional {
            /// Only those of this criteria.
            criteria: CriteriaId as "criteriaID",
            /// Only this one.
            id: CriteriaValueId as "objectID",
        }
    }
}

row! {
    /// An advertiser in a list.
    Advertiser {
        [id: AdvertiserId as "ID"]
        /// The name to log in with.
        account: String as "account",
        /// The mail address.
        email: String as "eMail",
        /// The company.
        company: String as "company",
        /// The first name.
        first_name: String as "firstName",
        /// The last name.
        last_name: String as "lastName",
        /// The telephone number.
        phone: String as "phone",
        /// When it was added, Moscow time.
        date_added: DateTime as "dateAdded",
    }
}

row! {
    /// A webmaster in a list.
    Webmaster {
        [id: WebmasterId as "ID"]
        /// The name to log in with.
        account: String as "account",
        /// The mail address.
        email: String as "eMail",
    }
}

row! {
    /// An assistant in a list.
    Assistant {
        [id: AssistantId as "ID"]
        /// The name to log in with.
        account: String as "account",
        /// The mail address.
        email: String as "eMail",
    }
}

row! {
    /// A value of a user criteria.
    CriteriaValue {
        [id: CriteriaValueId as "ID"]
        /// Which criteria.
        criteria: CriteriaId as "criteriaID",
        /// The value as the page code sends it.
        user_id: String as "userID",
        /// Its name.
        name: String as "name",
    }
}
