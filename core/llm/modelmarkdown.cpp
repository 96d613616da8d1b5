// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/modelreport.h"

#include "core/model/modelcolumns.h"
#include "core/model/modeltable.h"

namespace orrery::llm {
namespace {

constexpr const char *kIntroduction =
    "# Providers and models\n\n"
    "Made by `orrery-cli models --markdown` from `resources/providers.json`; a test compares the "
    "two.\n\n"
    "A value comes from the row that fits best: the model's (the longest match first), that of any "
    "provider's model, the\nprovider's, that of the provider which it is like, the defaults. "
    "`orrery-cli models PROVIDER:MODEL` says what applies to\na model and where each value comes "
    "from. `*` in a match stands for any text; a match without it is a name, which may\nbe "
    "followed "
    "by the date or number of a snapshot. Case, and `.` for `-`, do not matter.\n\n"
    "## Rows of your own\n\n"
    "`providers.json` in the settings folder (`$XDG_CONFIG_HOME/orrery`, else `~/.config/orrery`) "
    "and `providers` in a team file\nhave the same form, and go before the built-in rows:\n\n"
    "```json\n"
    "{\n"
    "  \"providers\": {\n"
    "    \"house\": {\n"
    "      \"title\": \"Our server\", \"base_url\": \"https://llm.example.org/v1\", \"key_env\": "
    "[\"HOUSE_KEY\"],\n"
    "      \"models\": [\n"
    "        { \"match\": \"qwen*\", \"context_tokens\": 131072, \"images\": true,\n"
    "          \"prices\": [{ \"from\": \"2026-11-01\", \"input\": 0.2, \"output\": 0.6 }] }\n"
    "      ]\n"
    "    },\n"
    "    \"openai\": { \"models\": [{ \"match\": \"gpt-5*\", \"form\": \"openai\" }] }\n"
    "  }\n"
    "}\n"
    "```\n\n"
    "(In a team file the inner object stands at `/providers`.) What is wrong is named by file, "
    "JSON "
    "pointer and what was\nexpected, and nothing of it applies. Prices are US dollars for a "
    "million "
    "tokens, from a day on; `long` holds those of\ncalls with more than `over` input tokens. "
    "Without `cache_read` or `cache_write`, these cost what `input` does.\n\n";

std::string cellMarkdown(const Json &value)
{
    std::string text = value.is_string()
                           ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (value.is_array()) {
        text.clear();
        for (const Json &item : value)
            text += (text.empty() ? "" : " ") + cellMarkdown(item);
    }
    std::string escaped;
    for (const char c : text)
        escaped += c == '|' ? std::string("\\|") : std::string(1, c);
    return escaped;
}

std::string numberText(double value) { return Json(value).dump(); }

std::string pricesText(const ModelTable::ModelRow &row)
{
    std::string text;
    for (const ModelTable::DatedPrice &dated : row.prices) {
        const Price &price = dated.price;
        text += text.empty() ? "" : "; ";
        if (!dated.from.empty())
            text += "from " + dated.from + ": ";
        text += numberText(price.input) + " / " + numberText(price.output);
        if (price.cacheRead)
            text += ", read " + numberText(*price.cacheRead);
        if (price.cacheWrite)
            text += ", write " + numberText(*price.cacheWrite);
        if (price.longOver > 0)
            text += ", over " + std::to_string(price.longOver) + ": "
                    + numberText(price.longRates.input) + " / "
                    + numberText(price.longRates.output);
    }
    return text;
}

/// Columns that stand in a table of their own.
bool isAddress(std::string_view name)
{
    return name == "title" || name == "base_url" || name == "key_env" || name == "form"
           || name == "auth";
}

std::string quirksText(const Json &columns, bool isModel)
{
    std::string text;
    for (const ModelColumn &column : modelColumns()) {
        const auto it = columns.find(column.name);
        if (it == columns.end() || (!isModel && isAddress(column.name))
            || (isModel && (column.name == "context_tokens" || column.name == "output_tokens")))
            continue;
        std::string value = cellMarkdown(*it);
        text += (text.empty() ? "" : ", ") + std::string(column.name);
        text += *it == true ? "" : " = " + (value.empty() ? "–" : value);
    }
    return text;
}

std::string countText(const Json &columns, const char *name)
{
    const auto it = columns.find(name);
    return it == columns.end() ? "" : it->dump();
}

void appendModels(std::string &out, const std::vector<ModelTable::ModelRow> &models)
{
    out += "| match | context | output | $ / million in / out | other columns | source | as of |\n"
           "|---|---|---|---|---|---|---|\n";
    for (const ModelTable::ModelRow &row : models)
        out += "| `" + row.match + "` | " + countText(row.columns, "context_tokens") + " | "
               + countText(row.columns, "output_tokens") + " | " + pricesText(row) + " | "
               + quirksText(row.columns, true) + " | " + row.source + " | " + row.asOf + " |\n";
    out += "\n";
}

} // namespace

std::string providersMarkdown()
{
    const ModelTable &table = ModelTable::builtIn();
    std::string out = kIntroduction;
    out += "## Columns\n\n| column | meaning | default |\n|---|---|---|\n";
    const auto defaults = table.columns({}, {});
    for (const ModelColumn &column : modelColumns()) {
        out += "| `" + std::string(column.name) + "` | " + std::string(column.meaning);
        for (std::size_t i = 0; i < column.words.size(); ++i)
            out += (i == 0 ? ": `" : ", `") + std::string(column.words[i]) + "`";
        const auto cell = defaults.find(column.name);
        out += " | " + (cell == defaults.end() ? "" : cellMarkdown(cell->second.value)) + " |\n";
    }
    out += "\n## Providers\n\n| name | | address | key | form | source | as of |\n"
           "|---|---|---|---|---|---|---|\n";
    for (const ModelTable::ProviderRow &row : table.providers())
        out += "| `" + row.name + "` | " + cellMarkdown(table.column(row.name, "title")) + " | "
               + cellMarkdown(table.column(row.name, "base_url")) + " | "
               + cellMarkdown(table.column(row.name, "key_env")) + " | "
               + cellMarkdown(table.column(row.name, "form")) + " | " + row.source + " | "
               + row.asOf + " |\n";
    out += "\n### What they do otherwise\n\n| name | like | columns that are not the defaults |\n"
           "|---|---|---|\n";
    for (const ModelTable::ProviderRow &row : table.providers())
        out +=
            "| `" + row.name + "` | " + row.like + " | " + quirksText(row.columns, false) + " |\n";
    out += "\n## Models of any provider\n\n";
    appendModels(out, table.anyProvider());
    for (const ModelTable::ProviderRow &row : table.providers()) {
        if (row.models.empty())
            continue;
        out += "## Models: " + cellMarkdown(table.column(row.name, "title")) + "\n\n";
        appendModels(out, row.models);
    }
    out.pop_back();
    return out;
}

} // namespace orrery::llm
