// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/providers.h"
#include "core/llm/requestfields.h"
#include "core/model/teamfilekeys.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <string_view>

using namespace orrery;

class ProviderNamesTest : public QObject
{
    Q_OBJECT

private slots:
    /// Where a server is and what its key is called, without which nobody could start.
    void everyProviderCanBeReached()
    {
        for (const llm::Provider &provider : llm::providers()) {
            const std::string name(provider.name);
            QVERIFY2(!provider.title.empty(), name.c_str());
            const bool isOwn = name == "custom" || name == "azure" || name == "vertex";
            QVERIFY2(provider.baseUrl.empty() == isOwn, name.c_str());
            QVERIFY2(provider.keyEnvs.empty() == (provider.local || name == "custom"),
                     name.c_str());
        }
        QCOMPARE(std::string(llm::providers().back().name), std::string("custom"));
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
            {"reasoning_effort", "low"},
            {"thinking", {{"type", "enabled"}, {"budget_tokens", 2048}}},
            {"max_tokens", 77},
            {"response_format", {{"type", "json_object"}}}};
        const auto value = values.find(setting);
        bool isSent = false;
        for (const char *provider : {"custom", "anthropic", "gemini"}) {
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
