// SPDX-License-Identifier: GPL-3.0-or-later
// What pictures cost. The numbers are the examples of the providers' own pages, where they give some.
#include "core/llm/picturetokens.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

namespace {

llm::ModelProfile profileWith(llm::WireForm form, const char *model)
{
    llm::ModelProfile profile;
    profile.form = form;
    profile.model = model;
    profile.images = profile.pdf = profile.imagesInResults = true;
    return profile;
}

} // namespace

class TestPictureTokens : public QObject
{
    Q_OBJECT

private slots:
    void aPictureCostsWhatItsProviderSays_data()
    {
        using llm::WireForm;
        QTest::addColumn<int>("form");
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<QByteArray>("detail");
        QTest::addColumn<int>("tokens");
        const auto row = [](WireForm form, const char *model, int width, int height, int tokens,
                            const char *detail = "") {
            QTest::addRow("%s %d × %d %s", model, width, height, detail)
                << int(form) << QByteArray(model) << width << height << QByteArray(detail)
                << tokens;
        };
        row(WireForm::OpenAi, "gpt-4o", 1024, 1024, 765);
        row(WireForm::OpenAi, "gpt-4o", 2048, 4096, 1105, "high");
        row(WireForm::OpenAi, "gpt-4o", 4096, 8192, 85, "low");
        row(WireForm::OpenAi, "gpt-4o", 1, 1, 255);
        row(WireForm::OpenAi, "openai/gpt-4o", 1024, 1024, 765);
        row(WireForm::Responses, "gpt-5", 1024, 1024, 630);
        row(WireForm::Responses, "o3", 1024, 1024, 675);
        row(WireForm::OpenAi, "gpt-4.1-mini", 1024, 1024, 1659);
        row(WireForm::OpenAi, "gpt-4.1-mini", 9000, 9000, 2489);
        row(WireForm::OpenAi, "a-model-of-nobody", 512, 512, 255);
        row(WireForm::Anthropic, "claude-sonnet-4-5", 200, 200, 54);
        row(WireForm::Anthropic, "claude-sonnet-4-5", 1000, 1000, 1334);
        row(WireForm::Anthropic, "claude-sonnet-4-5", 1092, 1092, 1590);
        row(WireForm::Anthropic, "claude-sonnet-4-5", 8000, 8000, 1600);
        row(WireForm::Anthropic, "claude-opus-4-7", 8000, 8000, 4784);
        row(WireForm::OpenAi, "anthropic/claude-3.5-sonnet", 200, 200, 54);
        row(WireForm::Gemini, "gemini-2.5-flash", 384, 384, 258);
        row(WireForm::Gemini, "gemini-2.5-flash", 960, 540, 1548);
        row(WireForm::Gemini, "gemini-3-pro-preview", 960, 540, 1120);
    }
    void aPictureCostsWhatItsProviderSays()
    {
        QFETCH(int, form);
        QFETCH(QByteArray, model);
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(QByteArray, detail);
        QFETCH(int, tokens);
        QCOMPARE(llm::pictureTokens(profileWith(llm::WireForm(form), model.constData()),
                                    unsigned(width), unsigned(height), detail.toStdString()),
                 std::int64_t(tokens));
    }

    void aPartCostsOnlyWhatTheModelGets()
    {
        auto profile = profileWith(llm::WireForm::OpenAi, "gpt-4o");
        const ContentPart picture{"image", "QUJD", {{"width", 1024}, {"height", 1024}}};
        QCOMPARE(llm::partTokens(picture, profile), std::int64_t(765));
        QCOMPARE(llm::partTokens({"text", "hello", Json::object()}, profile), std::int64_t(0));
        QVERIFY(llm::partTokens({"image", "QUJD", Json::object()}, profile) >= 765);
        const ContentPart document{"file", "JVBERi0xLjQK", {{"pages", 3}}};
        QCOMPARE(llm::partTokens(document, profile), std::int64_t(6000));
        profile.images = false;
        QCOMPARE(llm::partTokens(picture, profile), std::int64_t(0));
    }

    void aMessageWeighsWhatItsPartsDo()
    {
        const auto profile = profileWith(llm::WireForm::OpenAi, "gpt-4o");
        Message message = Message::user("look");
        QCOMPARE(llm::attachedTokens(message, profile), std::int64_t(0));
        message.contentParts = {{{"text", "look", Json::object()},
                                 {"image", std::string(4000, 'A'), {{"width", 9}, {"height", 9}}},
                                 {"image", "QUJD", {{"width", 1024}, {"height", 1024}}}}};
        QCOMPARE(llm::attachedTokens(message, profile), std::int64_t(255 + 765));
    }
};

ORRERY_TEST(TestPictureTokens)
#include "tst_picturetokens.moc"
