// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <string>
#include <string_view>

/// What the table of providers and models says, for people and for programs.
namespace orrery::llm {

/// Of all providers, or of one: `{name, title, base_url, key_env, form, …, models: [{match, …}]}` each. An unknown name gives
/// an empty list.
Json describeProviders(std::string_view provider = {});

/// All that applies to a model: `{provider, model, columns: {name: {value, origin}}, price: {…} or null}`. `date` (ISO 8601)
/// is the day that the price is for.
Json describeModel(std::string_view provider, std::string_view model, std::string_view date);

/// The same as lines of text.
std::string providersText(std::string_view provider = {});
std::string modelText(std::string_view provider, std::string_view model, std::string_view date);

/// docs/PROVIDERS.md: the built-in table, with dates.
std::string providersMarkdown();

} // namespace orrery::llm
