// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/json.h"

#include <memory>
#include <optional>
#include <string_view>

namespace orrery::llm {

/// A tool as a model is told of it; it only looks at what somebody else holds.
struct ToolView {
    std::string_view name;
    std::optional<std::string_view> description;
    const Json *parameters = nullptr; ///< JSON Schema of the arguments; null = it takes none
    std::shared_ptr<const void>
        owner; ///< keeps all of that; null = whoever keeps the view copies it
};

/// How a model is told of tools: the wire form, and the dialect of their schemas.
struct ToolForm {
    WireForm form = WireForm::OpenAi;
    ModelProfile::Schema dialect = ModelProfile::Schema::OpenAiLoose;

    /// With the dialect of the form's own provider.
    ToolForm(WireForm itsForm); // NOLINT(google-explicit-constructor): a form is one
    ToolForm(WireForm itsForm, ModelProfile::Schema itsDialect) : form(itsForm), dialect(itsDialect)
    {}
    explicit ToolForm(const ModelProfile &profile) : ToolForm(profile.form, profile.schema) {}

    bool operator==(const ToolForm &) const = default;
};

inline constexpr std::string_view kNoDescription = "No description provided";
/// The schema of a tool that takes no arguments.
const Json &noParameters();
/// A tool in a provider's form, its schema in the provider's dialect (schemadialect.h). Gemini's is the function declaration.
/// O(size of the schema), which is copied once.
Json toolSchema(const ToolView &tool, ToolForm form);

/// The same for `{name, description, parameters}`, of which the last two may be null.
Json toolSchema(const Json &tool, ToolForm form);

} // namespace orrery::llm
