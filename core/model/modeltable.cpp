// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modeltable.h"

#include "core/model/modeltablereader.h"
#include "core/model/strictjson.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <stdexcept>

namespace orrery {

std::string_view builtInProviders(); // made from resources/providers.json

namespace {

std::atomic<const ModelTable *> ownTable = nullptr;

/// A process installs a handful, and others may hold pointers into each of them.
const ModelTable *kept(ModelTable table)
{
    static std::mutex mutex;
    static std::deque<ModelTable> all;
    const std::lock_guard lock(mutex);
    return &all.emplace_back(std::move(table));
}

/// Of rows in the order in which they apply.
void addColumns(ModelTable::Cells &cells, const Json &columns, const std::string &origin)
{
    for (const auto &[name, value] : columns.items())
        cells.try_emplace(name, ModelTable::Cell{value, origin});
}

} // namespace

const ModelTable &ModelTable::builtIn()
{
    static const ModelTable table = [] {
        auto read = ModelTable().extendedByText(builtInProviders(), "built-in");
        if (!read)
            throw std::logic_error(read.error().message);
        return std::move(*read);
    }();
    return table;
}

const ModelTable &ModelTable::own()
{
    const ModelTable *table = ownTable.load(std::memory_order_acquire);
    return table ? *table : builtIn();
}

void ModelTable::installOwn(ModelTable table)
{
    ownTable.store(kept(std::move(table)), std::memory_order_release);
}

Result<const ModelTable *> ModelTable::ofTeam(const Json &providers, const std::string &file)
{
    static std::mutex mutex;
    static std::map<std::pair<const ModelTable *, std::string>, const ModelTable *> made;
    const ModelTable &base = own();
    if (providers.is_null())
        return &base;
    const std::lock_guard lock(mutex);
    const ModelTable *&table = made[{&base, file + "\n" + providers.dump()}];
    if (!table) {
        auto extended = base.extended({{"providers", providers}}, file);
        if (!extended)
            return fail(std::move(extended.error()));
        table = kept(std::move(*extended));
    }
    return table;
}

Result<ModelTable> ModelTable::extended(const Json &json, const std::string &file,
                                        const std::string &at) const
{
    auto part = readModelTable(json, file, at);
    if (!part)
        return fail(std::move(part.error()));
    ModelTable table = *this;
    ++table.m_layers;
    for (ModelRow &row : part->models)
        row.layer = table.m_layers;
    for (ProviderRow &provider : part->providers)
        for (ModelRow &row : provider.models)
            row.layer = table.m_layers;
    for (const auto &[name, value] : part->defaults.items()) {
        table.m_defaults[name] = value;
        table.m_defaultOrigins[name] = file + ": defaults";
    }
    table.m_anyProvider.insert(table.m_anyProvider.begin(), part->models.begin(),
                               part->models.end());
    for (ProviderRow &added : part->providers) {
        ProviderRow &row = table.rowFor(added.name);
        for (const auto &[name, value] : added.columns.items()) {
            row.columns[name] = value;
            row.origins[name] = file + ": " + added.name;
        }
        row.models.insert(row.models.begin(), added.models.begin(), added.models.end());
        for (auto [mine, theirs] :
             {std::pair(&row.like, &added.like), std::pair(&row.vendors, &added.vendors),
              std::pair(&row.source, &added.source), std::pair(&row.asOf, &added.asOf)})
            if (!theirs->empty())
                *mine = *theirs;
    }
    for (const ProviderRow &row : table.m_providers)
        if (const ProviderRow *like = table.find(row.like);
            !row.like.empty() && (!like || !like->like.empty()))
            return fail(ErrorCode::InvalidArgument,
                        file + ": " + at + "/providers/" + escapePointer(row.name)
                            + "/like: found \"" + row.like
                            + "\", expected a provider of the table that is not like another");
    return table;
}

Result<ModelTable> ModelTable::extendedByText(std::string_view text, const std::string &file) const
{
    auto json = parseStrictJson(text, file);
    if (!json)
        return fail(std::move(json.error()));
    return extended(*json, file);
}

ModelTable::ProviderRow &ModelTable::rowFor(const std::string &name)
{
    for (ProviderRow &row : m_providers)
        if (row.name == name)
            return row;
    // `custom` stays the last one.
    const auto place = !m_providers.empty() && m_providers.back().name == "custom"
                           ? m_providers.end() - 1
                           : m_providers.end();
    ProviderRow row;
    row.name = name;
    return *m_providers.insert(place, std::move(row));
}

const ModelTable::ProviderRow *ModelTable::find(std::string_view provider) const
{
    for (const ProviderRow &row : m_providers)
        if (row.name == provider)
            return &row;
    return nullptr;
}

std::vector<const ModelTable::ModelRow *> ModelTable::rows(std::string_view provider,
                                                           std::string_view model) const
{
    std::vector<const ModelRow *> found;
    const auto addFrom = [&](const std::vector<ModelRow> &models, std::string_view name) {
        std::vector<std::pair<std::pair<int, std::size_t>, const ModelRow *>> fitting;
        for (const ModelRow &row : models)
            if (const std::size_t fit = matchOf(row.match, name); fit > 0)
                fitting.emplace_back(std::pair(row.layer, fit), &row);
        std::stable_sort(fitting.begin(), fitting.end(),
                         [](const auto &a, const auto &b) { return a.first > b.first; });
        for (const auto &[rank, row] : fitting)
            found.push_back(row);
    };
    if (model.empty())
        return found;
    const ProviderRow *own = find(provider);
    if (own)
        addFrom(own->models, model);
    if (own && !own->like.empty())
        addFrom(find(own->like)->models, model);
    addFrom(m_anyProvider, model);
    return found;
}

const Json &ModelTable::column(std::string_view provider, std::string_view name) const
{
    static const Json none;
    const ProviderRow *own = find(provider);
    const ProviderRow *like = own && !own->like.empty() ? find(own->like) : nullptr;
    for (const Json *columns :
         {own ? &own->columns : nullptr, like ? &like->columns : nullptr, &m_defaults})
        if (columns)
            if (const auto it = columns->find(name); it != columns->end())
                return *it;
    return none;
}

ModelTable::Cells ModelTable::columns(std::string_view provider, std::string_view model) const
{
    Cells cells;
    for (const ModelRow *row : rows(provider, model))
        addColumns(cells, row->columns, row->origin);
    const ProviderRow *own = find(provider);
    const ProviderRow *like = own && !own->like.empty() ? find(own->like) : nullptr;
    if (own && !own->vendors.empty()) {
        const auto end = model.find(own->vendors);
        if (end != std::string_view::npos && !model.empty()) {
            const ProviderRow *vendor = vendorOf(model.substr(0, end));
            if (vendor)
                for (const ModelRow *row : rows(vendor->name, model.substr(end + 1)))
                    for (const auto &[name, value] : row->columns.items())
                        if (isFact(name))
                            cells.try_emplace(name, Cell{value, row->origin});
            for (const char *fact : {"images", "pdf"})
                if (vendor && vendor->columns.contains(fact))
                    cells.try_emplace(fact, Cell{vendor->columns[fact], vendor->origins.at(fact)});
        }
    }
    for (const ProviderRow *row : {own, like}) {
        if (!row)
            continue;
        for (const auto &[name, value] : row->columns.items())
            cells.try_emplace(name, Cell{value, row->origins.at(name)});
    }
    for (const auto &[name, value] : m_defaults.items())
        cells.try_emplace(name, Cell{value, m_defaultOrigins.at(name)});
    return cells;
}

const ModelTable::ProviderRow *ModelTable::vendorOf(std::string_view name) const
{
    // How catalogues of many vendors' models name them, where it is not the provider's name.
    static constexpr std::pair<std::string_view, std::string_view> kVendors[] = {
        {"google", "gemini"}, {"mistralai", "mistral"},
        {"x-ai", "xai"},      {"moonshotai", "moonshot"},
        {"z-ai", "zai"},      {"qwen", "alibaba"},
        {"zai-org", "zai"},   {"deepseek-ai", "deepseek"}};
    for (const auto &[theirs, ours] : kVendors)
        if (theirs == name)
            name = ours;
    return find(name);
}

bool ModelTable::isFact(std::string_view column)
{
    static constexpr std::string_view kFacts[] = {
        "context_tokens", "output_tokens", "images", "pdf", "reasoning", "tools"};
    return std::find(std::begin(kFacts), std::end(kFacts), column) != std::end(kFacts);
}

const ModelTable::ModelRow *ModelTable::row(std::string_view provider, std::string_view model) const
{
    const auto found = rows(provider, model);
    const auto priced = std::find_if(found.begin(), found.end(),
                                     [](const ModelRow *row) { return !row->prices.empty(); });
    if (priced != found.end())
        return *priced;
    return found.empty() ? nullptr : found.front();
}

const Price *ModelTable::price(std::string_view provider, std::string_view model,
                               std::string_view date) const
{
    if (!find(provider))
        return nullptr; // what somebody else serves may cost anything
    const ModelRow *found = row(provider, model);
    const Price *price = nullptr;
    if (found)
        for (const DatedPrice &dated : found->prices)
            if (dated.from <= date)
                price = &dated.price;
    return price;
}

} // namespace orrery
