#include "capabilities/voice/phrases.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace aiva::voice {
namespace {

struct Phrases {
  std::string_view language;
  std::array<std::string_view, 10> texts;  // in the order of Phrase
};

constexpr auto all = std::to_array<Phrases>({
    {"en",
     {"Are you still there?", "I cannot hear you any more. Goodbye.", "One moment please.",
      "I am sorry, I could not find that out just now. Could you ask again?",
      "We have reached the time limit of this call. Goodbye.",
      "This call has to end now. Thank you for calling. Goodbye.",
      "We have to end this call now. Please call again in a moment.",
      "This call is being recorded.",
      "There is a caller on the line for you. I am connecting you now.",
      "I am sorry, nobody can take your call right now. What else can I do for you?"}},
    {"de",
     {"Sind Sie noch da?", "Ich höre Sie nicht mehr. Auf Wiederhören.", "Einen Moment bitte.",
      "Entschuldigung, das konnte ich gerade nicht herausfinden. Fragen Sie bitte noch einmal.",
      "Die Zeit für dieses Gespräch ist um. Auf Wiederhören.",
      "Dieses Gespräch muss jetzt enden. Vielen Dank für Ihren Anruf. Auf Wiederhören.",
      "Wir müssen dieses Gespräch jetzt beenden. Bitte rufen Sie gleich noch einmal an.",
      "Dieses Gespräch wird aufgezeichnet.", "Ein Anruf für Sie. Ich verbinde.",
      "Leider kann gerade niemand Ihren Anruf annehmen. Was kann ich sonst für Sie tun?"}},
    {"fr",
     {"Êtes-vous toujours là ?", "Je ne vous entends plus. Au revoir.",
      "Un instant, s'il vous plaît.",
      "Désolé, je n'ai pas pu le trouver. Pouvez-vous répéter votre question ?",
      "La durée de cet appel est atteinte. Au revoir.",
      "Cet appel doit se terminer maintenant. Merci de votre appel. Au revoir.",
      "Nous devons mettre fin à cet appel. Veuillez rappeler dans un instant.",
      "Cet appel est enregistré.", "Un appel pour vous. Je vous mets en relation.",
      "Désolé, personne ne peut prendre votre appel pour le moment. Que puis-je faire d'autre ?"}},
    {"es",
     {"¿Sigue ahí?", "Ya no le oigo. Adiós.", "Un momento, por favor.",
      "Lo siento, no he podido averiguarlo. ¿Puede repetir la pregunta?",
      "Se ha agotado el tiempo de esta llamada. Adiós.",
      "Esta llamada tiene que terminar ahora. Gracias por llamar. Adiós.",
      "Tenemos que terminar esta llamada. Vuelva a llamar en un momento, por favor.",
      "Esta llamada se está grabando.", "Hay una llamada para usted. Le paso.",
      "Lo siento, ahora nadie puede atenderle. ¿En qué más puedo ayudarle?"}},
});

}  // namespace

std::string_view phrase_in(std::string_view language, Phrase phrase) {
  auto tag = language.substr(0, language.find('-'));
  auto found = std::ranges::find(all, tag, &Phrases::language);
  const auto& phrases = found == all.end() ? all.front() : *found;
  return phrases.texts.at(static_cast<std::size_t>(phrase));
}

}  // namespace aiva::voice
