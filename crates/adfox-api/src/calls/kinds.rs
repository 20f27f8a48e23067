//! Types, templates, positions and categories of banners and places, and targeting profiles.

use super::enums::PresentationType;
use super::id::{BannerTypeId, CategoryId, PositionId, TargetingProfileId, TemplateId};
use super::macros::{request, row};
use super::{Added, Changed, Value};

type BannerTypeIds = Vec<BannerTypeId>;
type TemplateIds = Vec<TemplateId>;
type UserParameters = Vec<UserParameter>;

request! {
    /// Adds a banner type (`account.add.bannerType`).
    ///
    /// ```
    /// use adfox_api::calls::{AddBannerType, PresentationType};
    ///
    /// let add = AddBannerType::new("240x400", PresentationType::Nondimensional);
    /// ```
    AddBannerType(Account.Add.BannerType) -> Added<BannerTypeId> {
        required {
            /// Its name.
            name: String as "name",
            /// How its code is put into a page.
            presentation: PresentationType as "presentationTypeID",
        }
    }
}

request! {
    /// Changes a banner type (`bannerType.modify`); fields that are not set stay unchanged.
    ModifyBannerType(BannerType.Modify) -> Changed {
        required {
            /// The object's id.
            id: BannerTypeId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Whether new banners can have this type.
            on: bool as "isOn",
            /// Its width in pixels.
            width: String as "width",
            /// Its height in pixels.
            height: String as "height",
        }
    }
}

request! {
    /// Lists banner types (`account.list.bannerType`).
    ListBannerTypes(Account.List.BannerType) -> BannerType {
        optional {
            /// Lists only the object with this id.
            id: BannerTypeId as "actionObjectID",
        }
    }
}

request! {
    /// Deletes banner types (`account.delete.bannerType`).
    DeleteBannerTypes(Account.Delete.BannerType) -> Changed {
        required {
            /// The ids of the objects.
            ids: BannerTypeIds as "listIDs",
        }
    }
}

request! {
    /// Returns one template with its parameters (`account.list.template`).
    ListTemplate(Account.List.Template) -> Template {
        required {
            /// The object's id.
            id: TemplateId as "actionObjectID",
        }
    }
}

request! {
    /// Lists the templates of a banner type (`bannerType.list.template`).
    ListBannerTypeTemplates(BannerType.List.Template) -> Template {
        required {
            /// The banner type.
            banner_type: BannerTypeId as "objectID",
        }
    }
}

request! {
    /// Deletes templates (`account.delete.template`).
    DeleteTemplates(Account.Delete.Template) -> Changed {
        required {
            /// The ids of the objects.
            ids: TemplateIds as "listIDs",
        }
    }
}

request! {
    /// Adds a position (`account.add.position`).
    AddPosition(Account.Add.Position) -> Added<PositionId> {
        required {
            /// Its name.
            name: String as "name",
        }
    }
}

request! {
    /// Changes a position (`position.modify`).
    ModifyPosition(Position.Modify) -> Changed {
        required {
            /// The object's id.
            id: PositionId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
        }
    }
}

request! {
    /// Lists positions (`account.list.position`).
    ListPositions(Account.List.Position) -> Position {
        optional {
            /// Lists only the object with this id.
            id: PositionId as "actionObjectID",
        }
    }
}

request! {
    /// Adds a category (`account.add.category`).
    AddCategory(Account.Add.Category) -> Added<CategoryId> {
        required {
            /// Its name.
            name: String as "name",
        }
        optional {
            /// Its kind.
            kind: u32 as "type",
        }
    }
}

request! {
    /// Changes a category (`account.modify.category`).
    ModifyCategory(Account.Modify.Category) -> Changed {
        required {
            /// The object's id.
            id: CategoryId as "actionObjectID",
        }
        optional {
            /// Its name.
            name: String as "name",
        }
    }
}

request! {
    /// Lists categories (`account.list.category`).
    ListCategories(Account.List.Category) -> Category {
        optional {
            /// Lists only the object with this id.
            id: CategoryId as "actionObjectID",
        }
    }
}

request! {
    /// Deletes a category (`account.delete.category`).
    DeleteCategory(Account.Delete.Category) -> Changed {
        required {
            /// The object's id.
            id: CategoryId as "actionObjectID",
        }
    }
}

request! {
    /// Lists targeting profiles (`account.list.targetingProfile`).
    ListTargetingProfiles(Account.List.TargetingProfile) -> TargetingProfile {
        optional {
            /// Lists only the object with this id.
            id: TargetingProfileId as "actionObjectID",
        }
    }
}

row! {
    /// A banner type in a list.
    BannerType {
        [id: BannerTypeId as "ID"]
        /// Its name.
        name: String as "name",
        /// How its code is put into a page.
        presentation: PresentationType as "presentationTypeID",
        /// Whether new banners can have this type.
        on: bool as "isOn",
        /// Its width in pixels.
        width: String as "width",
        /// Its height in pixels.
        height: String as "height",
    }
}

row! {
    /// A template with its parameters.
    Template {
        [id: TemplateId as "id"]
        /// Its name.
        name: String as "name",
        /// The account that owns it.
        owner: String as "ownerID",
        /// What the template is for.
        description: String as "description",
        /// Whether zipped files can be uploaded.
        zip_allowed: bool as "isZipAllowed",
        /// Whether its code is loaded by JavaScript.
        loader_js: bool as "isLoaderJs",
        /// Whether banners can have several URLs of third-party counters.
        multiple_tracking_urls: bool as "isMultipleTrackingUrl",
        /// Whether banners have a background color.
        background_color: bool as "isBackgroundColor",
        /// Whether banners have a width.
        has_width: bool as "isWidth",
        /// The width of banners that do not set it.
        default_width: String as "widthDefault",
        /// Whether banners have a height.
        has_height: bool as "isHeight",
        /// The height of banners that do not set it.
        default_height: String as "heightDefault",
        /// Whether banners have a file to get.
        has_get_url: bool as "isGetUrl",
        /// The width of that file.
        get_url_width: String as "getUrlWidth",
        /// The height of that file.
        get_url_height: String as "getUrlHeight",
        /// Whether that file is a Flash video.
        get_flv: bool as "isGetFlv",
        /// Whether banners have an image.
        has_image_url: bool as "isImageUrl",
        /// The width of the image.
        image_url_width: String as "imageUrlWidth",
        /// The height of the image.
        image_url_height: String as "imageUrlHeight",
        /// Whether banners lead to a URL.
        has_hit_url: bool as "isHitUrl",
        /// Whether banners have a target window.
        has_target: bool as "isTarget",
        /// Whether banners have an alternative text.
        has_alt: bool as "isAlt",
        /// Whether the name of the Flash parameter can be set.
        flash_parameter_name: bool as "isFlashParameterName",
        /// Whether the name of the target parameter can be set.
        target_parameter_name: bool as "isTargetParameterName",
        /// Whether banners have the URL of a third-party counter.
        has_tracking_url: bool as "isTrackingUrl",
        /// The type of its code.
        code_type: String as "codeType",
        /// The code that its banners show.
        impression_code: String as "impressionCode",
        /// The settings of the ad register.
        marking_settings: Value as "markingSettings",
        /// Whether it is for video players.
        ims: bool as "isIms",
        /// The parameters of its banners.
        user_parameters: UserParameters as "userParameters",
        /// The banner type it belongs to.
        banner_type: BannerTypeId as "bannerTypeID",
    }
}

row! {
    /// A parameter of a template.
    UserParameter {
        /// Its id.
        id: u64 as "userParameterID",
        /// Whether it is used.
        on: bool as "isOn",
        /// Its name, such as `user1`.
        name: String as "name",
        /// Whether a banner must have it.
        required: bool as "isRequired",
        /// Its type, such as `text`.
        kind: String as "type",
        /// Its maximum length.
        length: String as "length",
        /// The value of banners that do not set it.
        default: Value as "default",
        /// The types of files that it allows.
        file_type: String as "fileTypeID",
        /// Its width.
        width: String as "width",
        /// Its height.
        height: String as "height",
        /// The domain that files are uploaded to.
        upload_domain: String as "upload_domain",
    }
}

row! {
    /// A position in a list.
    Position {
        [id: PositionId as "ID"]
        /// Its name.
        name: String as "name",
    }
}

row! {
    /// A category in a list.
    Category {
        [id: CategoryId as "ID"]
        /// Its name.
        name: String as "name",
        /// Its kind.
        kind: u32 as "type",
    }
}

row! {
    /// A profile of targeting in a list.
    TargetingProfile {
        [id: TargetingProfileId as "ID"]
        /// Its name.
        name: String as "name",
    }
}
