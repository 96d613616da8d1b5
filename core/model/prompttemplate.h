// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery {

/// A text with places for values, `<%= @name %>`. There is nothing else: no conditions, no expressions, so that a text
/// of unknown origin can do no more than be filled in.
class PromptTemplate
{
public:
    /// Errors (InvalidArgument) when a `<%` is anything but such a place. `defaults` is an object.
    static Result<PromptTemplate> fromText(std::string text, Json defaults = Json::object());

    /// Fills in `values` (an object; they win over the defaults) in one pass: what a value brings along is not looked
    /// at again. A name without a value stays as it stands. null gives nothing, a list its texts and bytes one after
    /// the other. Errors (InvalidArgument, naming the variable) for a value that has no text, such as an object.
    Result<std::string> render(const Json &values = Json::object()) const;

    const std::string &text() const { return m_text; }
    /// Every `@name` of the text, in places or not, each once, in order.
    std::vector<std::string> variables() const;

private:
    PromptTemplate(std::string text, Json defaults)
        : m_text(std::move(text)), m_defaults(std::move(defaults))
    {}

    std::string m_text;
    Json m_defaults;
};

} // namespace orrery
