"""Names of people and places that do not exist, drawn at random from lists.

Nobody real is meant. The lists hold what trips software up: ñ within and at the beginning of a
name, surnames of several words, written in lower case or joined by a hyphen.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.demo_data.random_draws import happens

if TYPE_CHECKING:
    from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN = _words(
    "Adelaida Amparo Angelita Aurora Belen Caridad Carmelita Concepción Consuelo Corazon Dolores "
    "Editha Elena Emerita Erlinda Estrella Felicidad Flordeliza Gloria Herminia Imelda Jocelyn "
    "Josefina Leonora Ligaya Lourdes Luningning Luzviminda Maricel Maridel Milagros Myrna "
    "Niña Norma Ofelia Perla Pilar Purificacion Remedios Rosario Salvacion Soledad Teresita "
    "Trinidad Violeta Virginia Zenaida"
)
MEN = _words(
    "Agapito Alfonso Ambrosio Anselmo Arnulfo Benigno Bienvenido Bonifacio Cipriano Conrado "
    "Crisanto Danilo Demetrio Dionisio Domingo Edgardo Eleuterio Emilio Eusebio Federico Felipe "
    "Florencio Gaudencio Gregorio Hilario Honorio Isagani Jaime Juanito Lakandula Leandro Macario "
    "Marcelino Melchor Narciso Nicanor Pacifico Ponciano Quirino Renato Rodrigo Rogelio Silvestre "
    "Simplicio Teodoro Urbano Venancio Wenceslao"
)
SURNAMES = (
    *_words(
        "Abad Abella Aguinaldo Alcantara Almario Amoranto Aquino Arceo Bacani Balagtas Bautista "
        "Bayani Belmonte Biñas Buenaventura Bustamante Cabañero Calderon Canlas Cariño Castañeda "
        "Catacutan Cordero Cuenca Dalisay Dimaculangan Dimaguiba Domingo Enriquez Escaño Espiritu "
        "Evangelista Fajardo Galang Gatchalian Guinto Hidalgo Ibañez Ilagan Jacinto Katigbak "
        "Lacson Legaspi Liwanag Lualhati Macaraeg Magbanua Magsaysay Malabanan Manalastas Mangubat "
        "Matapang Mendoza Mercado Montaño Muñoz Nacpil Natividad Navarro Nuñez Ocampo Ordoñez "
        "Osmeña Pagsanjan Panganiban Pangilinan Peña Pineda Punzalan Quiambao Quiñones Ramos Roxas "
        "Sagun Salonga Santos Sarmiento Sumulong Tañada Tolentino Tuazon Umali Valdez Villanueva "
        "Yñiguez Zamora Ñavarez Ñunal"
    ),
    "dela Cruz",
    "dela Peña",
    "dela Rosa",
    "de Guzman",
    "de la Fuente",
    "de los Reyes",
    "de los Santos",
    "del Mundo",
    "del Rosario",
    "San Agustin",
    "Santo Domingo",
    "Bautista-Ocampo",
    "Macaraeg-Peña",
    "Santos-dela Cruz",
)
SUFFIXES = ("Jr.", "Sr.", "II", "III")

SAINTS = _words(
    "Agueda Anselmo Bartolome Basilio Calixto Catalina Damaso Demetria Eulalia Fermin Gabina "
    "Gervasio Hilaria Inocencio Leocadia Matilda Norberto Olimpia Prudencio Quiteria Romualdo "
    "Sabina Tarcila Teodora Ursula Valerio Zoilo"
)
FEATURES = _words(
    "Bato Bukid Burol Dalampasigan Gubat Ilog Kanluran Lambak Laot Norte Parang Pulo Silangan Sur "
    "Talon Tabing-Dagat"
)
TREES = _words(
    "Acacia Banaba Camagong Dapdap Ilang-Ilang Kalachuchi Molave Narra Niyog Sampaguita Santol "
    "Talisay Yakal"
)


@frozen
class Name:
    """A made-up person's name, in its parts."""

    first: str
    middle: str
    last: str
    suffix: str = ""

    @property
    def listed(self) -> str:
        """As lists of clients have it: the surname first."""
        message = f"{self.first} {self.suffix}" if self.suffix else self.first
        return f"{self.last}, {message} {self.middle}."

    @property
    def mailbox(self) -> str:
        """The part of an email address before the @: plain letters and one dot."""
        return f"{plain(self.first)}.{plain(self.last)}"


def made_up_name(rng: Random) -> Name:
    """Make up a person's name; two first names in a quarter of all cases."""
    listed = WOMEN if happens(rng, 0.55) else MEN
    first = " ".join(rng.sample(listed, 2)) if happens(rng, 0.25) else rng.choice(listed)
    suffix = rng.choice(SUFFIXES) if listed is MEN and happens(rng, 0.08) else ""
    initial = rng.choice("ABCDEFGJLMNPQRSTV")
    return Name(first, initial, rng.choice(SURNAMES), suffix)


def made_up_towns(rng: Random, how_many: int) -> list[str]:
    """Name that many different towns; none of them is on a map."""
    saints, features = rng.sample(SAINTS, how_many), rng.choices(FEATURES, k=how_many)
    return [
        f"{'Santa' if saint.endswith('a') else 'San'} {saint} {feature}"
        for saint, feature in zip(saints, features, strict=True)
    ]


def made_up_street(rng: Random) -> str:
    """Name a house in a street."""
    kind = rng.choice(("St.", "Ave.", "Ext.", "Lane"))
    return f"{rng.randint(1, 980)} {rng.choice(TREES)} {kind}, Brgy. {rng.choice(FEATURES)}"


def plain(text: str) -> str:
    """Leave only the plain small letters of a text."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if "a" <= letter <= "z")
