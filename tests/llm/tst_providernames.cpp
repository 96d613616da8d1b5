// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/providers.h"
#include "core/llm/requestfields.h"
#include "core/model/teamfilekeys.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <set>
#include <string_view>

using namespace orrery;

class ProviderNamesTest : public QObject
{
    Q_OBJECT

private slots:
    /// A team file is read without the model library, so the names stand in two places.
    void teamFilesKnowEveryProvider()
    {
        std::set<std::string_view> offered{"scripted"};
        for (const llm::Provider &provider : llm::providers())
            offered.insert(provider.name);
        const std::set<std::string_view> accepted(teamfile::kProviders.begin(),
                                                  teamfile::kProviders.end());
        QVERIFY(offered == accepted);
    }

    /// A setting that a team file may hold reaches at least one kind of provider.
    void everySettingReachesAProvider_data()
    {
        QTest::addColumn<QByteArray>("setting");
        for (const std::string_view setting : teamfile::kSettings) {
            const std::string name(setting);
            QTest::newRow(name.c_str()) << QByteArray::fromStdString(name);
        }
    }
    void everySettingReachesAProvider()
    {
        QFETCH(QByteArray, setting);
        static const std::map<QByteArray, Json> values = {
            {"extra_body", {{"x", 1}}},
            {"generationConfig", {{"x", 1}}},
            {"json_response", true},
            {"native_tools", {{{"googleSearch", Json::object()}}}},
            {"prompt_caching", true},
            {"tool_choice", "auto"},
            {"response_format", {{"type", "json_object"}}}};
        const auto value = values.find(setting);
        bool isSent = false;
        for (const char *provider : {"groq", "anthropic", "gemini"}) {
            llm::ModelRequest request;
            request.provider = provider;
            request.model = "m";
            const auto sent = [&] {
                return llm::requestFields(request, std::nullopt).dump() + llm::toolsField(request);
            };
            const std::string without = sent();
            request.settings[setting.toStdString()] =
                value == values.end() ? Json(Json::array({"some"})) : value->second;
            isSent = isSent || sent() != without;
        }
        QVERIFY(isSent);
    }
};

ORRERY_TEST(ProviderNamesTest)
#include "tst_providernames.moc"
