//! Users of the account, and the criteria of visitors.

use jiff::civil::DateTime;

use super::id::{AdvertiserId, AssistantId, CriteriaId, CriteriaValueId, UserId, WebmasterId};
use super::macros::{request, row};
use super::{Added, Changed};

request! {
    /// Adds an advertiser (`account.add.advertiser`).
    ///
    /// ```
    /// use adfox_api::calls::AddAdvertiser;
    ///
    /// let add = AddAdvertiser::new("ivanov", "ivanov@example.ru").company("Ivanov & Co");
    /// ```
    AddAdvertiser(Account.Add.Advertiser) -> Added<AdvertiserId> {
        required {
            /// The login name.
            account: String as "account",
            /// The email address.
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
            /// The object's id.
            id: UserId as "actionObjectID",
        }
    }
}

request! {
    /// Lists advertisers (`account.list.advertiser`).
    ListAdvertisers(Account.List.Advertiser) -> Advertiser {
        optional {
            /// Lists only the object with this id.
            id: AdvertiserId as "actionObjectID",
        }
    }
}

request! {
    /// Lists webmasters (`account.list.webmaster`).
    ListWebmasters(Account.List.Webmaster) -> Webmaster {
        optional {
            /// Lists only the object with this id.
            id: WebmasterId as "actionObjectID",
        }
    }
}

request! {
    /// Lists assistants (`account.list.assistant`).
    ListAssistants(Account.List.Assistant) -> Assistant {
        optional {
            /// Lists only the object with this id.
            id: AssistantId as "actionObjectID",
        }
    }
}

request! {
    /// Adds a value to a user criterion (`userCriteria.addValue`).
    AddCriteriaValue(UserCriteria.AddValue) -> Added<CriteriaValueId> {
        required {
            /// The user criterion.
            criteria: CriteriaId as "criteriaID",
            /// The value as the code on the page sends it.
            user_id: String as "userID",
            /// Its name.
            name: String as "name",
        }
        optional {
            /// Whether existing campaigns target the new value.
            on: bool as "isOn",
        }
    }
}

request! {
    /// Changes a value of a user criterion (`userCriteria.modifyValue`).
    ModifyCriteriaValue(UserCriteria.ModifyValue) -> Changed {
        required {
            /// The user criterion.
            criteria: CriteriaId as "criteriaID",
            /// The value.
            id: CriteriaValueId as "objectID",
        }
        optional {
            /// The value as the code on the page sends it.
            user_id: String as "userID",
            /// Its name.
            name: String as "name",
        }
    }
}

request! {
    /// Removes a value of a user criterion (`userCriteria.removeValue`).
    RemoveCriteriaValue(UserCriteria.RemoveValue) -> Changed {
        required {
            /// The user criterion.
            criteria: CriteriaId as "criteriaID",
            /// The value.
            id: CriteriaValueId as "objectID",
        }
    }
}

request! {
    /// Lists the values of user criteria (`userCriteria.listValues`).
    ListCriteriaValues(UserCriteria.ListValues) -> CriteriaValue {
        optional {
            /// Lists only those of this criterion.
            criteria: CriteriaId as "criteriaID",
            /// Lists only the object with this id.
            id: CriteriaValueId as "objectID",
        }
    }
}

row! {
    /// An advertiser in a list.
    Advertiser {
        [id: AdvertiserId as "ID"]
        /// The login name.
        account: String as "account",
        /// The company.
        company: String as "company",
        /// The first name.
        first_name: String as "firstName",
        /// The last name.
        last_name: String as "lastName",
        /// The email address.
        email: String as "eMail",
        /// The country.
        country: String as "country",
        /// The region.
        state: String as "state",
        /// The city.
        city: String as "city",
        /// The postal code.
        zip_code: String as "ZIPCode",
        /// The address.
        address1: String as "address1",
        /// The second line of the address.
        address2: String as "address2",
        /// The telephone number.
        phone: String as "phone",
        /// The fax number.
        fax: String as "fax",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// Whether an assistant added it.
        added_by_assistant: bool as "isByAssistantCreated",
    }
}

row! {
    /// A webmaster in a list.
    Webmaster {
        [id: WebmasterId as "ID"]
        /// The login name.
        account: String as "account",
        /// The company.
        company: String as "company",
        /// The first name.
        first_name: String as "firstName",
        /// The last name.
        last_name: String as "lastName",
        /// The email address.
        email: String as "eMail",
        /// The country.
        country: String as "country",
        /// The region.
        state: String as "state",
        /// The city.
        city: String as "city",
        /// The postal code.
        zip_code: String as "ZIPCode",
        /// The address.
        address1: String as "address1",
        /// The second line of the address.
        address2: String as "address2",
        /// The telephone number.
        phone: String as "phone",
        /// The fax number.
        fax: String as "fax",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// The WebMoney purse.
        webmoney: String as "WMZ",
        /// The protection of payments to the purse.
        webmoney_protection: String as "WMZProtection",
        /// The YooMoney account.
        yandex_money: String as "YandexMoney",
        /// Notes.
        comments: String as "comments",
    }
}

row! {
    /// An assistant in a list.
    Assistant {
        [id: AssistantId as "ID"]
        /// The login name.
        account: String as "account",
        /// The email address.
        email: String as "eMail",
    }
}

row! {
    /// A value of a user criterion.
    CriteriaValue {
        [id: CriteriaValueId as "ID"]
        /// The user criterion.
        criteria: CriteriaId as "criteriaID",
        /// The value as the code on the page sends it.
        user_id: String as "userID",
        /// Its name.
        name: String as "name",
    }
}
