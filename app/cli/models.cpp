// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/models.h"

#include "core/llm/modelreport.h"
#include "core/llm/providers.h"

#include <QCommandLineParser>
#include <QDate>

#include <cstdio>

using namespace orrery;

namespace {

int refuseModels(const std::string &why)
{
    std::fprintf(stderr, "orrery-cli: models: %s\n", why.c_str());
    return 2;
}

void printJson(const Json &json) { std::puts(json.dump(2).c_str()); }

} // namespace

int printModels(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{"provider", "Only of this provider.", "name"},
                       {"json", "As JSON."},
                       {"markdown", "The built-in table as docs/PROVIDERS.md."}});
    if (!parser.parse(arguments))
        return refuseModels(parser.errorText().toStdString());
    const QStringList names = parser.positionalArguments();
    if (names.size() > 1)
        return refuseModels("expected one model, found " + std::to_string(names.size()));
    if (parser.isSet("markdown")) {
        std::fputs(llm::providersMarkdown().c_str(), stdout);
        return 0;
    }
    std::string provider = parser.value("provider").toStdString();
    std::string model = names.isEmpty() ? std::string() : names.front().toStdString();
    if (const auto colon = model.find(':'); provider.empty() && colon != std::string::npos) {
        provider = model.substr(0, colon);
        model.erase(0, colon + 1);
    }
    if (!model.empty() && provider.empty())
        return refuseModels("\"" + model + "\" has no provider, expected PROVIDER:MODEL");
    if (!provider.empty() && !llm::findProvider(provider))
        return refuseModels("there is no provider \"" + provider
                            + "\"; orrery-cli models lists them");
    const std::string date = QDate::currentDate().toString(Qt::ISODate).toStdString();
    if (parser.isSet("json"))
        printJson(model.empty() ? llm::describeProviders(provider)
                                : llm::describeModel(provider, model, date));
    else
        std::fputs(
            (model.empty() ? llm::providersText(provider) : llm::modelText(provider, model, date))
                .c_str(),
            stdout);
    return 0;
}
