// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"
#include "core/model/prices.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

/// What is known of providers and their models: addresses, quirks, sizes, prices. Data (resources/providers.json), which a
/// person's own file and a team file extend in the same form. Rows hold columns by name; what a column means is said by
/// llm::ModelProfile, which reads them. Immutable; thread-safe.
class ModelTable
{
public:
    /// A column's value and where it comes from.
    struct Cell {
        Json value;
        std::string origin; ///< e.g. `built-in: openai/gpt-5*`, `/home/…/providers.json: defaults`
    };
    using Cells = std::map<std::string, Cell, std::less<>>;
    struct DatedPrice {
        std::string from; ///< first day, ISO 8601; empty = always
        Price price;
    };
    /// Models of a provider by name. `match` has `*` for any text; without one it is a name, which may be followed by the
    /// date or number of a snapshot (`-2025-08-07`, `-20250807`, `-2508`, `-001`, `-latest`).
    struct ModelRow {
        std::string match;
        Json columns = Json::object();
        std::vector<DatedPrice> prices; ///< by date
        std::string source;
        std::string asOf;
        std::string origin;
        int layer = 0; ///< of the file it is from; later ones go first
    };
    struct ProviderRow {
        std::string name;
        std::string
            like; ///< the provider whose columns and models are taken where there are none here
        std::string
            vendors; ///< not empty: models are `vendor/model` (the separator), with the facts of the vendor's own
        Json columns = Json::object();
        std::map<std::string, std::string> origins; ///< of columns
        std::vector<ModelRow> models;
        std::string source;
        std::string asOf;
    };

    /// The program's own.
    static const ModelTable &builtIn();
    /// The built-in one with the person's own file (installOwn): what the program goes by outside of runs.
    static const ModelTable &own();
    static void installOwn(ModelTable table);
    /// own() with the `providers` of a team file, for the runs of that team; null = it has none. Errors are those of extended().
    /// All tables from here live as long as the process, and so do pointers into them; the same providers give the same one.
    static Result<const ModelTable *> ofTeam(const Json &providers, const std::string &file);

    /// This table with the rows of `json` (the form of resources/providers.json) before its own. Errors name `file`, the JSON
    /// pointer and what was expected; `at` is where in the file `json` stands, e.g. `/providers`.
    Result<ModelTable> extended(const Json &json, const std::string &file,
                                const std::string &at = "") const;
    /// The same for the text of a file.
    Result<ModelTable> extendedByText(std::string_view text, const std::string &file) const;

    const std::vector<ProviderRow> &providers() const { return m_providers; }
    /// Rows of models that many serve.
    const std::vector<ModelRow> &anyProvider() const { return m_anyProvider; }
    const ProviderRow *find(std::string_view provider) const;
    /// A column of the provider itself; null = in none of its rows.
    const Json &column(std::string_view provider, std::string_view name) const;
    /// All columns for a model; each comes from the row that fits best: the model's (a person's
    /// own first, then the longest match), those of any
    /// provider, the provider's, the provider's that it is like, the defaults. With an empty model: the provider's.
    Cells columns(std::string_view provider, std::string_view model) const;
    /// Null = not known. `date` (ISO 8601): the day of the call.
    const Price *price(std::string_view provider, std::string_view model,
                       std::string_view date) const;
    /// The row that names a price or, failing that, fits best; null = none.
    const ModelRow *row(std::string_view provider, std::string_view model) const;

private:
    ProviderRow &rowFor(const std::string &name);
    const ProviderRow *vendorOf(std::string_view name) const;
    static bool isFact(std::string_view column);
    std::vector<const ModelRow *> rows(std::string_view provider, std::string_view model) const;

    int m_layers = 0;
    Json m_defaults = Json::object();
    std::map<std::string, std::string> m_defaultOrigins;
    std::vector<ModelRow> m_anyProvider;
    std::vector<ProviderRow> m_providers;
};

/// How well a name fits a pattern of ModelRow: 0 = not, else more for more letters that are named. Case and the difference
/// between `.` and `-` do not matter: services write one model either way.
std::size_t matchOf(std::string_view pattern, std::string_view name);

} // namespace orrery
