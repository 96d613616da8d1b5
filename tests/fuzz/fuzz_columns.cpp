// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of events: a kind, the rest is the data, which may be no JSON.
#include "core/base/utf8.h"
#include "core/model/boundedjson.h"
#include "core/model/eventcolumns.h"
#include "core/model/jsonview.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace orrery;

void requireSame(const JsonView &view, const Json &value)
{
    fuzz::require(view.exists() != value.is_null(), "what is there is found");
    fuzz::require(view.isObject() == value.is_object() && view.isArray() == value.is_array(),
                  "of its type");
    if (value.is_string())
        fuzz::require(view.text() == value.get<std::string>(), "a text is the same");
    if (value.is_number())
        fuzz::require(view.real() == value.get<double>(), "a number is the same");
    fuzz::require(view.size() == (value.is_array() ? value.size() : 0), "a list is as long");
    std::size_t at = 0;
    view.each([&](const JsonView &each) { requireSame(each, value[at++]); });
    if (!value.is_object())
        return;
    const JsonFields fields(view);
    for (const auto &[key, member] : value.items())
        requireSame(fields.at(key), member);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    fuzz::Input input(data, size);
    Event event;
    event.kind = EventKind(input.byte() % (int(EventKind::Count) + 1));
    const std::string text(input.rest());
    event.data = EventData::fromText(text);
    const EventColumns columns = columnsOf(event);
    fuzz::require(columns.summary.size() <= kSummaryBytes && isUtf8(columns.summary), "a summary");
    fuzz::require(columns.summary.find('\n') == std::string::npos, "of one line");
    fuzz::require(isUtf8(columns.tool) && isUtf8(columns.call), "names are texts");
    fuzz::require(columns.tokens >= 0 && columns.costNanoUsd >= -1 && columns.firstMs >= -1,
                  "numbers of things");
    if (const Json json = parseBounded(text); !json.is_discarded())
        requireSame(JsonView(text), json);
    return 0;
}
