// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/projection.h"

#include "ui/viewmodels/fields.h"

namespace orrery::ui {
namespace {

/// `text` or `thinking` when the event is a delta of exactly that, else null.
const char *deltaField(const Event &event)
{
    if (event.kind != EventKind::ModelDelta)
        return nullptr;
    const Fields fields(event.data);
    const bool text = fields.json("text").is_string();
    const bool thinking = fields.json("thinking").is_string();
    if (text == thinking)
        return nullptr;
    return text ? "text" : "thinking";
}

bool continues(const Event &a, const Event &b, const char *field)
{
    return b.kind == EventKind::ModelDelta && a.agent == b.agent && a.run == b.run
           && deltaField(b) == field && Fields(a.data).view("call") == Fields(b.data).view("call");
}

EventPtr merge(const std::vector<EventPtr> &batch, std::size_t first, std::size_t last,
               const char *field)
{
    auto merged = std::make_shared<Event>();
    const Event &begin = *batch[first];
    merged->seq = begin.seq;
    merged->timeUs = begin.timeUs;
    merged->parent = begin.parent;
    merged->kind = EventKind::ModelDelta;
    merged->run = begin.run;
    merged->agent = begin.agent;
    std::string text;
    for (std::size_t i = first; i <= last; ++i)
        text += Fields(batch[i]->data).view(field);
    merged->data = Json{{"call", Fields(begin.data).json("call")}, {field, std::move(text)}};
    return merged;
}

} // namespace

std::vector<EventPtr> mergeDeltas(const std::vector<EventPtr> &batch)
{
    std::vector<EventPtr> out;
    out.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size();) {
        const char *field = deltaField(*batch[i]);
        std::size_t last = i;
        while (field && last + 1 < batch.size() && continues(*batch[i], *batch[last + 1], field))
            ++last;
        out.push_back(last == i ? batch[i] : merge(batch, i, last, field));
        i = last + 1;
    }
    return out;
}

} // namespace orrery::ui
