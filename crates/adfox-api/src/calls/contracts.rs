//! Contracts and contractors for the register of advertisements.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::enums::number_enum;
use super::id::{ContractId, ContractorId};
use super::macros::{request, row};
use super::{Added, Changed, ParamValue, Params};

number_enum! {
    /// What a contract is.
    ContractType: u32, "u32" {
        /// A contract.
        Contract = 0,
        /// An intermediary contract.
        Intermediary = 1,
        /// An additional agreement; it needs the contract that it belongs to.
        AdditionalAgreement = 2,
    }
}

number_enum! {
    /// What a contractor is.
    ContractorType: u32, "u32" {
        /// A Russian legal entity; its `inn` has 10 digits.
        Entity = 0,
        /// A Russian individual; the `inn` has 12 digits.
        Individual = 1,
        /// A Russian individual entrepreneur; the `inn` has 12 digits.
        Entrepreneur = 2,
        /// A foreign legal entity.
        ForeignEntity = 3,
        /// A foreign individual.
        ForeignIndividual = 4,
    }
}

number_enum! {
    /// What a contractor can be in a contract.
    ContractorRole: u32, "u32" {
        /// The executor.
        Executor = 0,
        /// The customer.
        Customer = 1,
    }
}

/// The roles of a contractor.
///
/// With serde it is one text of numbers separated by commas, so that it fits into a column of CSV.
///
/// ```
/// use adfox_api::calls::{ContractorRole, ContractorRoles};
///
/// let roles = ContractorRoles::from([ContractorRole::Executor, ContractorRole::Customer]);
/// assert_eq!(roles.to_string(), "0,1");
/// assert_eq!("0,1".parse(), Ok(roles));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ContractorRoles(Vec<ContractorRole>);

impl ContractorRoles {
    /// Returns the roles.
    #[must_use]
    pub fn as_slice(&self) -> &[ContractorRole] {
        &self.0
    }
}

impl<const N: usize> From<[ContractorRole; N]> for ContractorRoles {
    fn from(roles: [ContractorRole; N]) -> Self {
        Self(roles.into())
    }
}

impl FromIterator<ContractorRole> for ContractorRoles {
    fn from_iter<I: IntoIterator<Item = ContractorRole>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}

impl fmt::Display for ContractorRoles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, role) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            role.fmt(f)?;
        }
        Ok(())
    }
}

impl std::str::FromStr for ContractorRoles {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',')
            .filter(|role| !role.is_empty())
            .map(str::parse)
            .collect()
    }
}

impl Serialize for ContractorRoles {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContractorRoles {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            return from.deserialize_any(RolesVisitor);
        }
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Reads a text, one number, or the list of the vendor's rows.
struct RolesVisitor;

impl<'de> de::Visitor<'de> for RolesVisitor {
    type Value = ContractorRoles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers of roles")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        let number = u32::try_from(number).map_err(E::custom)?;
        Ok(ContractorRoles::from([number.into()]))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        let number = u32::try_from(number).map_err(E::custom)?;
        Ok(ContractorRoles::from([number.into()]))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut roles = Vec::new();
        while let Some(role) = items.next_element()? {
            roles.push(role);
        }
        Ok(ContractorRoles(roles))
    }
}

impl ParamValue for ContractorRoles {
    fn put(&self, name: &str, params: &mut Params) {
        for role in &self.0 {
            params.push(name, role);
        }
    }
}

request! {
    /// Adds a contract (`account.add.contract`).
    ///
    /// ```
    /// use adfox_api::calls::{AddContract, ContractType};
    ///
    /// let add = AddContract::new(ContractType::Contract, 801.into(), 802.into())
    ///     .number("2026/7")
    ///     .amount_rub("150000.50".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    AddContract(Account.Add.Contract) -> Added<ContractId> {
        required {
            /// What it is.
            kind: ContractType as "type",
            /// The customer.
            customer: ContractorId as "customerID",
            /// The executor.
            executor: ContractorId as "executorID",
        }
        optional {
            /// The contract that an additional agreement belongs to.
            intermediary_contract: ContractId as "intermediaryContractID",
            /// The subject of the contract.
            subject_type: u32 as "subjectType",
            /// The actions of an intermediary.
            action_type: u32 as "actionType",
            /// Its number.
            number: String as "number",
            /// The price in rubles.
            amount_rub: Decimal as "amountRub" with "adcore_json::text::decimal",
            /// The day on which it was concluded.
            date_conclusion: Date as "dateConclusion",
            /// Whether the price includes value-added tax.
            vat: bool as "isVat",
            /// Whether the executor registers the advertisements.
            reg_report: bool as "isRegReport",
            /// Whether it is the contract with the advertiser, without intermediaries.
            final_agreement: bool as "isFinalAgreement",
        }
    }
}

request! {
    /// Changes a contract (`contract.modify`); fields that are not set stay unchanged.
    ModifyContract(Contract.Modify) -> Changed {
        required {
            /// The object's id.
            id: ContractId as "objectID",
        }
        optional {
            /// Its number.
            number: String as "number",
            /// The price in rubles.
            amount_rub: Decimal as "amountRub" with "adcore_json::text::decimal",
            /// The day on which it was concluded.
            date_conclusion: Date as "dateConclusion",
            /// Whether the price includes value-added tax.
            vat: bool as "isVat",
        }
    }
}

request! {
    /// Lists contracts (`account.list.contract`).
    ListContracts(Account.List.Contract) -> Contract {
        optional {
            /// Lists only the object with this id.
            id: ContractId as "actionObjectID",
        }
    }
}

request! {
    /// Adds a contractor (`account.add.contractor`).
    ///
    /// ```
    /// use adfox_api::calls::{AddContractor, ContractorType};
    ///
    /// let add = AddContractor::new("Ромашка", "7701234567", ContractorType::Entity);
    /// ```
    AddContractor(Account.Add.Contractor) -> Added<ContractorId> {
        required {
            /// Its name.
            name: String as "name",
            /// The taxpayer number.
            inn: String as "inn",
            /// What it is.
            kind: ContractorType as "type",
        }
        optional {
            /// Its roles; both if not set.
            roles: ContractorRoles as "roles[]",
            /// The code of the country; Russia (643) if not set.
            country: String as "countryOKSM",
            /// The telephone number.
            phone: String as "mobilePhone",
            /// The number of an electronic means of payment.
            epay_number: String as "epayNumber",
            /// The number of its registration.
            reg_number: String as "regNumber",
            /// Whether it operates an advertising system.
            ad_system_operator: bool as "isOrs",
            /// Whether it distributes advertisements.
            ad_distributor: bool as "isRr",
            /// The URL of the advertising system.
            ad_system_url: String as "rsUrl",
        }
    }
}

request! {
    /// Changes a contractor (`contractor.modify`); fields that are not set stay unchanged.
    ModifyContractor(Contractor.Modify) -> Changed {
        required {
            /// The object's id.
            id: ContractorId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// The taxpayer number.
            inn: String as "inn",
            /// What it is.
            kind: ContractorType as "type",
            /// Its roles.
            roles: ContractorRoles as "roles[]",
            /// The code of the country.
            country: String as "countryOKSM",
            /// The telephone number.
            phone: String as "mobilePhone",
        }
    }
}

request! {
    /// Lists contractors (`account.list.contractor`).
    ListContractors(Account.List.Contractor) -> Contractor {
        optional {
            /// Lists only the object with this id.
            id: ContractorId as "actionObjectID",
        }
    }
}

row! {
    /// A contract in a list.
    Contract {
        [id: ContractId as "ID"]
        /// Its id in the state register.
        external_id: String as "externalID",
        /// The customer.
        customer: ContractorId as "customerID",
        /// The executor.
        executor: ContractorId as "executorID",
        /// What it is.
        kind: ContractType as "type",
        /// Whether the executor registers the advertisements.
        reg_report: bool as "isRegReport",
        /// The actions of an intermediary.
        action_type: u32 as "actionType",
        /// The subject of the contract.
        subject_type: u32 as "subjectType",
        /// Its number.
        number: String as "number",
        /// The price in rubles.
        amount_rub: Decimal as "amountRub" with "adcore_json::text::decimal",
        /// Whether the price includes value-added tax.
        vat: bool as "isVat",
        /// The contract that an additional agreement belongs to; 0 for none.
        intermediary_contract: ContractId as "intermediaryContractID",
        /// The day on which it was concluded.
        date_conclusion: String as "dateConclusion",
        /// Whether it is the contract with the advertiser, without intermediaries.
        final_agreement: bool as "isFinalAgreement",
    }
}

row! {
    /// A contractor in a list.
    Contractor {
        [id: ContractorId as "ID"]
        /// The account that owns it.
        owner: u64 as "ownerID",
        /// Its name.
        name: String as "name",
        /// What it is.
        kind: ContractorType as "type",
        /// Its roles.
        roles: ContractorRoles as "roles",
        /// The code of the country.
        country: String as "countryOKSM",
        /// The taxpayer number.
        inn: String as "inn",
        /// The telephone number.
        phone: String as "mobilePhone",
        /// The number of an electronic means of payment.
        epay_number: String as "epayNumber",
        /// The number of its registration.
        reg_number: String as "regNumber",
        /// Whether it operates an advertising system.
        ad_system_operator: bool as "isOrs",
        /// Whether it distributes advertisements.
        ad_distributor: bool as "isRr",
        /// The URL of the advertising system.
        ad_system_url: String as "rsUrl",
    }
}
