// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/modelreport.h"

#include "core/model/modelcolumns.h"
#include "core/model/modeltable.h"

namespace orrery::llm {
namespace {

Json ratesJson(const Rates &rates)
{
    Json json = {{"input", rates.input}, {"output", rates.output}};
    if (rates.cacheRead)
        json["cache_read"] = *rates.cacheRead;
    if (rates.cacheWrite)
        json["cache_write"] = *rates.cacheWrite;
    return json;
}

Json priceJson(const Price &price)
{
    Json json = ratesJson(price);
    if (price.longOver > 0) {
        json["long"] = ratesJson(price.longRates);
        json["long"]["over"] = price.longOver;
    }
    json["source"] = price.source;
    json["as_of"] = price.asOf;
    return json;
}

Json modelJson(const ModelTable::ModelRow &row)
{
    Json json = row.columns;
    json["match"] = row.match;
    json["origin"] = row.origin;
    json["source"] = row.source;
    json["as_of"] = row.asOf;
    for (const ModelTable::DatedPrice &dated : row.prices) {
        json["prices"].push_back(priceJson(dated.price));
        if (!dated.from.empty())
            json["prices"].back()["from"] = dated.from;
    }
    return json;
}

/// A value without quotation marks around a text.
std::string plainText(const Json &value)
{
    if (value.is_string())
        return value.get_ref<const std::string &>();
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string paddedText(std::string text, std::size_t width)
{
    text.resize(std::max(text.size() + 1, width), ' ');
    return text;
}

} // namespace

Json describeProviders(std::string_view provider)
{
    const ModelTable &table = ModelTable::own();
    Json list = Json::array();
    for (const ModelTable::ProviderRow &row : table.providers()) {
        if (!provider.empty() && row.name != provider)
            continue;
        Json json = Json::object();
        for (const auto &[name, cell] : table.columns(row.name, {}))
            json[name] = cell.value;
        json["name"] = row.name;
        json["like"] = row.like;
        json["source"] = row.source;
        json["as_of"] = row.asOf;
        json["models"] = Json::array();
        for (const ModelTable::ModelRow &model : row.models)
            json["models"].push_back(modelJson(model));
        list.push_back(std::move(json));
    }
    return list;
}

Json describeModel(std::string_view provider, std::string_view model, std::string_view date)
{
    const ModelTable &table = ModelTable::own();
    Json json = {{"provider", provider}, {"model", model}, {"columns", Json::object()}};
    for (const auto &[name, cell] : table.columns(provider, model))
        json["columns"][name] = {{"value", cell.value}, {"origin", cell.origin}};
    const Price *price = table.price(provider, model, date);
    json["price"] = price ? priceJson(*price) : Json();
    return json;
}

std::string providersText(std::string_view provider)
{
    std::string text;
    for (const Json &one : describeProviders(provider)) {
        text += paddedText(plainText(one["name"]), 14) + paddedText(plainText(one["title"]), 22)
                + paddedText(plainText(one["form"]), 11)
                + (one["base_url"] == "" ? "(name a base_url)" : plainText(one["base_url"])) + "\n";
        if (provider.empty())
            continue;
        for (const auto &[name, value] : one.items())
            if (name != "models" && value != Json(""))
                text += "  " + paddedText(name, 32) + plainText(value) + "\n";
        for (const Json &model : one["models"]) {
            text += "  " + plainText(model["match"]) + "\n";
            for (const auto &[name, value] : model.items())
                if (name != "match" && name != "origin")
                    text += "    " + paddedText(name, 30) + plainText(value) + "\n";
        }
    }
    return text;
}

std::string modelText(std::string_view provider, std::string_view model, std::string_view date)
{
    const Json all = describeModel(provider, model, date);
    std::string text = std::string(provider) + ":" + std::string(model) + "\n";
    for (const ModelColumn &column : modelColumns()) {
        const auto cell = all["columns"].find(column.name);
        if (cell != all["columns"].end())
            text += "  " + paddedText(std::string(column.name), 32)
                    + paddedText(plainText((*cell)["value"]), 30) + plainText((*cell)["origin"])
                    + "\n";
    }
    const Json &price = all["price"];
    text += "  " + paddedText("price", 32);
    if (price.is_null())
        return text + "not known\n";
    for (const char *key : {"input", "output", "cache_read", "cache_write"})
        if (price.contains(key))
            text += std::string(key) + " " + plainText(price[key]) + "  ";
    text += "(US dollars for a million tokens)\n";
    if (price.contains("long"))
        text += "  " + paddedText("", 32) + "over " + plainText(price["long"]["over"])
                + " tokens: input " + plainText(price["long"]["input"]) + "  output "
                + plainText(price["long"]["output"]) + "\n";
    return text + "  " + paddedText("", 32) + plainText(price["source"]) + ", "
           + plainText(price["as_of"]) + "\n";
}

} // namespace orrery::llm
