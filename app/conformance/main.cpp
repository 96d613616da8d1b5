// SPDX-License-Identifier: GPL-3.0-or-later
// orrery-conformance: runs recorded cases against the core and prints what differs.
#include "app/conformance/compare.h"
#include "app/conformance/suites.h"
#include "core/base/processshield.h"
#include "core/model/canonicaljson.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace orrery;
using namespace orrery::conformance;

namespace {

struct Tally {
    int passed = 0;
    int total = 0;
    int failed = 0;
    int unknown = 0;
};

struct Options {
    bool skipUnknown = false;
    Json deviations = Json::object(); ///< reasons by id: cases where we mean to differ
};

std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void runCase(const Json &item, const std::string &suite, const Runners &runners,
             const Options &options, Tally &tally)
{
    const std::string id = item.value("id", std::string("(no id)"));
    const std::string op = item.value("op", std::string());
    const auto runner = runners.find({suite, op});
    if (runner == runners.end()) {
        ++tally.unknown;
        if (!options.skipUnknown)
            std::printf("%s: unknown op %s/%s\n", id.c_str(), suite.c_str(), op.c_str());
        return;
    }
    Json actual;
    try {
        actual = canonical(runner->second(item.at("input")), suite);
    } catch (const std::exception &error) {
        actual = {{"broken_case", error.what()}};
    }
    Json expected = canonical(item.value("expect", Json()), suite);
    sortUnordered(expected, item.at("input"), suite);
    sortUnordered(actual, item.at("input"), suite);
    takeForm(actual, expected, suite);
    if (sameValue(expected, actual)) {
        ++tally.passed;
        return;
    }
    if (const auto reason = options.deviations.find(id); reason != options.deviations.end()) {
        std::printf("%s: deviation: %s\n", id.c_str(), reason->get<std::string>().c_str());
        return;
    }
    ++tally.failed;
    std::printf("%s: %s\n", id.c_str(), dump(Json::diff(expected, actual)).c_str());
}

/// False when the file cannot be read.
bool runFile(const char *name, const Runners &runners, const Options &options, bool &allPassed)
{
    std::ifstream file(name);
    if (!file) {
        std::fprintf(stderr, "orrery-conformance: cannot open %s\n", name);
        return false;
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const Json json = parseExactJson(text).value_or(Json());
    if (!json.is_object() || !json.contains("suite") || !json["suite"].is_string()
        || !json.contains("cases") || !json["cases"].is_array()) {
        std::fprintf(stderr, "orrery-conformance: %s: expected {\"suite\": …, \"cases\": […]}\n",
                     name);
        return false;
    }
    const std::string suite = json["suite"];
    Tally tally;
    tally.total = static_cast<int>(json["cases"].size());
    for (const Json &item : json["cases"])
        runCase(item, suite, runners, options, tally);
    std::printf("%s %d/%d\n", suite.c_str(), tally.passed, tally.total);
    allPassed = allPassed && tally.failed == 0 && (options.skipUnknown || tally.unknown == 0);
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    shieldProcess();
    Runners runners;
    addModelSuites(runners);
    addProviderSuites(runners);
    addStreamSuites(runners);
    addTeamSuites(runners);
    addToolSuites(runners);
    addGuardSuites(runners);
    addContextSuites(runners);
    addGraphSuites(runners);
    addLoopSuite(runners);
    addStructuredSuites(runners);
    addMemorySuites(runners);
    Options options;
    bool allPassed = true;
    bool allRead = true;
    int files = 0;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--skip-unknown") == 0) {
            options.skipUnknown = true;
            continue;
        }
        if (std::strcmp(argv[i], "--deviations") == 0 && i + 1 < argc) {
            std::ifstream file(argv[++i]);
            options.deviations = Json::parse(file, nullptr, false);
            if (!options.deviations.is_object()) {
                std::fprintf(stderr, "orrery-conformance: %s is no list of deviations\n", argv[i]);
                return 2;
            }
            continue;
        }
        ++files;
        allRead = runFile(argv[i], runners, options, allPassed) && allRead;
    }
    if (files == 0) {
        std::fprintf(stderr,
                     "usage: orrery-conformance [--skip-unknown] [--deviations FILE] FILE…\n");
        return 2;
    }
    return !allRead ? 2 : allPassed ? 0 : 1;
}
