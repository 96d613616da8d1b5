// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modeltablereader.h"

#include "core/model/jsonobjectreader.h"
#include "core/model/modelcolumns.h"
#include "core/model/strictjson.h"

#include <algorithm>

namespace orrery {
namespace {

constexpr std::string_view kTablePriceKeys[] = {"from",        "input",  "output", "cache_read",
                                                "cache_write", "source", "as_of",  "long"};
constexpr std::string_view kLongPriceKeys[] = {"over", "input", "output", "cache_read",
                                               "cache_write"};

/// Null when `value` is one that the column takes, else what it takes.
std::string whatIsWrong(const ModelColumn &column, const Json &value)
{
    const auto isText = [](const Json &item) { return item.is_string(); };
    switch (column.kind) {
    case ModelColumn::Kind::Text: return value.is_string() ? "" : "a text";
    case ModelColumn::Kind::Flag: return value.is_boolean() ? "" : "true or false";
    case ModelColumn::Kind::Count:
        return value.is_number_integer() && value >= 0 ? "" : "a whole number from 0";
    case ModelColumn::Kind::Texts:
        return value.is_array() && std::all_of(value.begin(), value.end(), isText)
                   ? ""
                   : "a list of texts";
    case ModelColumn::Kind::Names:
        return value.is_object() && std::all_of(value.begin(), value.end(), isText)
                   ? ""
                   : "an object with a text for each name";
    case ModelColumn::Kind::Pattern: {
        if (!value.is_object())
            return "an object with others, most, exactly, starts_with_letter";
        for (const auto &[key, part] : value.items()) {
            const bool fits = key == "others"               ? part.is_string()
                              : key == "starts_with_letter" ? part.is_boolean()
                                                            : (key == "most" || key == "exactly")
                                                                  && part.is_number_unsigned();
            if (!fits)
                return "an object with others (letters), most, exactly (lengths), "
                       "starts_with_letter";
        }
        return "";
    }
    case ModelColumn::Kind::Choice:
        if (value.is_string())
            for (const std::string_view word : column.words)
                if (word == value.get_ref<const std::string &>())
                    return "";
        return alternatives(column.words);
    }
    return "";
}

class TableReader
{
public:
    TableReader(const std::string &file, std::string at)
        : m_file(file), m_at(std::move(at)), m_mistake(file)
    {}

    Result<ModelTablePart> read(const Json &json)
    {
        static constexpr std::string_view kKeys[] = {"$comment", "defaults", "models", "providers"};
        JsonObjectReader object(json, m_at, kKeys, m_mistake);
        ModelTablePart part;
        if (object.has("defaults"))
            part.defaults = columns(object.at("defaults"), m_at + "/defaults", {});
        if (object.has("models"))
            part.models = models(object.at("models"), m_at + "/models", "");
        if (object.has("providers")) {
            const Json &providers = object.at("providers");
            if (!providers.is_object())
                object.report("providers", shown(providers) + ", expected an object by name");
            else
                for (const auto &[name, value] : providers.items())
                    part.providers.push_back(
                        provider(name, value, m_at + "/providers/" + escapePointer(name)));
        }
        if (m_mistake.any())
            return fail(m_mistake.error());
        return part;
    }

private:
    /// The columns of a row; `others` are its keys that are none.
    Json columns(const Json &row, const std::string &pointer,
                 std::span<const std::string_view> others)
    {
        Json found = Json::object();
        if (!row.is_object()) {
            m_mistake.report(pointer, shown(row) + ", expected an object");
            return found;
        }
        for (const auto &[key, value] : row.items()) {
            if (std::find(others.begin(), others.end(), key) != others.end())
                continue;
            const std::string place = pointer + "/" + escapePointer(key);
            const ModelColumn *column = findModelColumn(key);
            if (!column) {
                m_mistake.report(place, "found a key that is not known"
                                            + suggestion(key, modelColumnNames())
                                            + ", expected the name of a column");
                continue;
            }
            if (const std::string expected = whatIsWrong(*column, value); !expected.empty())
                m_mistake.report(place, "found " + shown(value) + ", expected " + expected);
            else
                found[key] = value;
        }
        return found;
    }

    std::string text(const Json &row, const char *key, const std::string &pointer)
    {
        const auto it = row.is_object() ? row.find(key) : row.end();
        if (!row.is_object() || it == row.end())
            return {};
        if (it->is_string())
            return it->get<std::string>();
        m_mistake.report(pointer + "/" + key, "found " + shown(*it) + ", expected a text");
        return {};
    }

    ModelTable::ProviderRow provider(const std::string &name, const Json &json,
                                     const std::string &pointer)
    {
        static constexpr std::string_view kOthers[] = {"like",   "models", "vendors",
                                                       "source", "as_of",  "$comment"};
        ModelTable::ProviderRow row;
        row.name = name;
        if (name.empty() || name == "scripted" || name.find_first_of(":/ ") != std::string::npos)
            m_mistake.report(pointer, "found \"" + name
                                          + "\", expected a name without `:`, `/` and spaces "
                                            "that is not `scripted`");
        row.columns = columns(json, pointer, kOthers);
        row.like = text(json, "like", pointer);
        row.vendors = text(json, "vendors", pointer);
        row.source = text(json, "source", pointer);
        row.asOf = text(json, "as_of", pointer);
        if (json.is_object() && json.contains("models"))
            row.models = models(json["models"], pointer + "/models", name);
        return row;
    }

    std::vector<ModelTable::ModelRow> models(const Json &json, const std::string &pointer,
                                             const std::string &provider)
    {
        std::vector<ModelTable::ModelRow> rows;
        if (!json.is_array()) {
            m_mistake.report(pointer, "found " + shown(json) + ", expected a list of models");
            return rows;
        }
        for (const Json &item : json)
            rows.push_back(model(item, pointer + "/" + std::to_string(rows.size()), provider));
        return rows;
    }

    ModelTable::ModelRow model(const Json &json, const std::string &pointer,
                               const std::string &provider)
    {
        static constexpr std::string_view kOthers[] = {"match", "prices", "source", "as_of",
                                                       "$comment"};
        ModelTable::ModelRow row;
        row.columns = columns(json, pointer, kOthers);
        row.match = text(json, "match", pointer);
        if (row.match.empty())
            m_mistake.report(pointer + "/match",
                             "found nothing, expected the name of a model, with * for any text");
        row.source = text(json, "source", pointer);
        row.asOf = text(json, "as_of", pointer);
        row.origin = m_file + ": " + (provider.empty() ? "" : provider + "/") + row.match;
        if (json.is_object() && json.contains("prices"))
            addPrices(row, json["prices"], pointer + "/prices");
        return row;
    }

    static void readRates(Rates &rates, JsonObjectReader &object)
    {
        const auto number = [&](const char *key) {
            if (!object.has(key))
                object.report(key, "found nothing, expected US dollars for a million tokens");
            return object.nonNegativeNumber(key).value_or(0);
        };
        rates.input = number("input");
        rates.output = number("output");
        rates.cacheRead = object.nonNegativeNumber("cache_read");
        rates.cacheWrite = object.nonNegativeNumber("cache_write");
    }

    void addPrices(ModelTable::ModelRow &row, const Json &json, const std::string &pointer)
    {
        if (!json.is_array() || json.empty()) {
            m_mistake.report(pointer, "found " + shown(json) + ", expected a list of prices");
            return;
        }
        for (std::size_t i = 0; i < json.size(); ++i) {
            JsonObjectReader object(json[i], pointer + "/" + std::to_string(i), kTablePriceKeys,
                                    m_mistake);
            ModelTable::DatedPrice dated;
            dated.from = object.string("from");
            readRates(dated.price, object);
            if (object.has("long")) {
                JsonObjectReader longer(object.at("long"), object.pointer("long"), kLongPriceKeys,
                                        m_mistake);
                dated.price.longOver = longer.integer("over", 1).value_or(0);
                readRates(dated.price.longRates, longer);
            }
            dated.price.source = object.has("source") ? object.string("source") : row.source;
            dated.price.asOf = object.has("as_of") ? object.string("as_of") : row.asOf;
            if (!row.prices.empty() && row.prices.back().from >= dated.from)
                object.report("from", "found \"" + dated.from
                                          + "\", expected a later day than that of the price "
                                            "before (YYYY-MM-DD)");
            row.prices.push_back(std::move(dated));
        }
    }

    const std::string &m_file;
    std::string m_at;
    Mistake m_mistake;
};

} // namespace

Result<ModelTablePart> readModelTable(const Json &json, const std::string &file,
                                      const std::string &at)
{
    return TableReader(file, at).read(json);
}

} // namespace orrery
