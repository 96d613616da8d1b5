// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/knowledge/health.h"

#include "core/model/canonicaljson.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace orrery::knowledge {

namespace {

constexpr double kLowConfidence = 0.3;
constexpr double kFreshHours = 720; // freshness falls to 1/e within 30 days
constexpr std::int64_t kHourMs = 3'600'000;

double weightOf(HealthIssue::Severity severity)
{
    switch (severity) {
    case HealthIssue::Severity::High: return 0.2;
    case HealthIssue::Severity::Medium: return 0.1;
    case HealthIssue::Severity::Low: return 0.05;
    }
    return 0.05;
}

} // namespace

std::string_view toString(HealthIssue::Type type)
{
    constexpr std::array<std::string_view, 3> names = {"orphan", "low_confidence", "inconsistent"};
    return names[static_cast<std::size_t>(type)];
}

std::string_view toString(HealthIssue::Severity severity)
{
    constexpr std::array<std::string_view, 3> names = {"low", "medium", "high"};
    return names[static_cast<std::size_t>(severity)];
}

double rounded(double value, int digits)
{
    const double scale = std::pow(10.0, digits);
    const double size = std::fabs(value);
    const double below = std::floor(size * scale);
    // The product is not rounded before it is compared, so an exact half is known from what only looks like one.
    const bool up = std::fma(size, scale, -(below + 0.5)) >= 0;
    return std::copysign((below + (up ? 1 : 0)) / scale, value);
}

HealthReport checkHealth(const KnowledgeBase &base, const std::optional<std::string> &kbId,
                         std::int64_t nowMs)
{
    using Type = HealthIssue::Type;
    using Severity = HealthIssue::Severity;
    EntryFilter filter;
    filter.kbId = kbId;
    const auto entries = base.entries(filter);
    const auto documents = base.documents(kbId);
    HealthReport report;
    report.entries = entries.size();
    report.documents = documents.size();
    report.links = base.linkCount(kbId);

    for (const EntryPtr &entry : entries)
        if (entry->sourceDocIds.empty() && !base.isLinked(entry->id))
            report.issues.push_back(
                {Type::Orphan, Severity::Low, entry->id, "",
                 "Entry '" + entry->title + "' has no source documents and no links",
                 "Add source documents or link to related entries"});
    for (const EntryPtr &entry : entries)
        if (entry->confidence < kLowConfidence)
            report.issues.push_back({Type::LowConfidence, Severity::Medium, entry->id, "",
                                     "Entry '" + entry->title + "' has low confidence ("
                                         + toCanonicalJson(entry->confidence) + ")",
                                     "Verify and update entry content from source documents"});
    std::size_t compiled = 0;
    for (const DocumentPtr &document : documents) {
        compiled += document->status == DocumentStatus::Compiled;
        report.pendingDocuments += document->status == DocumentStatus::Pending;
        if (document->status == DocumentStatus::Failed)
            report.issues.push_back({Type::FailedDocument, Severity::High, "", document->id,
                                     "Document '" + document->title + "' failed to compile",
                                     "Re-ingest or manually review document"});
    }

    if (!documents.empty())
        report.coverage =
            rounded(static_cast<double>(compiled) / static_cast<double>(documents.size()), 3);
    if (!entries.empty()) {
        std::int64_t hours = 0;
        for (const EntryPtr &entry : entries)
            hours += (nowMs - entry->updatedMs) / kHourMs;
        const double mean = static_cast<double>(hours) / static_cast<double>(entries.size());
        report.freshness = rounded(std::exp(-mean / kFreshHours), 3);
    }
    double coherence = 1.0;
    for (const HealthIssue &issue : report.issues)
        coherence -= weightOf(issue.severity);
    report.coherence = rounded(std::max(0.0, coherence), 3);
    return report;
}

} // namespace orrery::knowledge
