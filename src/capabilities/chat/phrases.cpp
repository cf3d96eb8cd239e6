#include "capabilities/chat/phrases.h"

#include <algorithm>
#include <array>

namespace aiva::chat {
namespace {

struct Phrases {
  std::string_view language;
  std::array<std::string_view, 7> texts;  // in the order of Phrase
};

constexpr auto all = std::to_array<Phrases>({
    {"en",
     {"I do not know: what I may cite does not answer this.", "I cannot talk about this topic.",
      "I am handing you over to a person. Please wait a moment.",
      "Thank you for the conversation. Goodbye.", "I cannot show the answer to this.",
      "I cannot answer this message.", "These products may be what you are looking for:"}},
    {"de",
     {"Das weiß ich nicht: Was ich zitieren darf, beantwortet es nicht.",
      "Über dieses Thema kann ich nicht sprechen.",
      "Ich verbinde Sie mit einem Menschen. Einen Moment bitte.",
      "Vielen Dank für das Gespräch. Auf Wiedersehen.", "Die Antwort darauf kann ich nicht zeigen.",
      "Diese Nachricht kann ich nicht beantworten.", "Diese Produkte könnten passen:"}},
    {"fr",
     {"Je ne sais pas : les sources que je peux citer n'y répondent pas.",
      "Je ne peux pas parler de ce sujet.",
      "Je vous mets en relation avec une personne. Un instant, s'il vous plaît.",
      "Merci pour cette conversation. Au revoir.", "Je ne peux pas montrer cette réponse.",
      "Je ne peux pas répondre à ce message.", "Ces produits pourraient vous convenir :"}},
    {"es",
     {"No lo sé: las fuentes que puedo citar no lo responden.", "No puedo hablar sobre este tema.",
      "Le paso con una persona. Un momento, por favor.", "Gracias por la conversación. Adiós.",
      "No puedo mostrar esta respuesta.", "No puedo responder a este mensaje.",
      "Estos productos pueden ser lo que busca:"}},
});

}  // namespace

std::string_view phrase_in(std::string_view language, Phrase phrase) {
  auto tag = language.substr(0, language.find('-'));
  auto found = std::ranges::find(all, tag, &Phrases::language);
  const auto& phrases = found == all.end() ? all.front() : *found;
  return phrases.texts.at(static_cast<std::size_t>(phrase));
}

}  // namespace aiva::chat
