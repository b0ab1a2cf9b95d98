"""Given names that stand for one another: written down by hand, short forms after the full name they are short for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

# One family a line, the full name first. A short form may belong to several families (Alex, Chris, Pat):
# two names are one only within a family, so Alexander is never Alexandra.
_FAMILIES = """
aaron ron ronnie
abigail abby abbie gail
abraham abe bram
adelaide addie heidi
adelina adela lina
adrian ade
agnes aggie nessie
albert al bert bertie
alejandro alex ale jandro sandro
alejandra alex ale sandra jandra
alexander alex al sandy sasha xander alec lex
alexandra alex sandra sandy sasha lexi lexie alexa allie
alexis alex lexi lexie
alfred al alf fred freddie
alfonso alonso poncho fonso
alice allie ali
alicia ali licia lisha
allison ally allie ali
alvin al
amanda mandy manda
amelia amy millie mia
anastasia stacy stacey ana nastya tasia
andrew andy drew
andrea andie drea
angela angie ang
angelica angie jelly
anna ann anne annie anya
annette ann annie nettie
anthony tony ant
antonio tony tono anton nino
antonia toni tonia
archibald archie
arthur art artie
arturo art turo
ashley ash
augustine gus augie
barbara barb babs barbie bobbie
bartholomew bart
beatrice bea trixie trish
beatriz bea betty
benjamin ben benny benji benjie
bernard bernie barney
bernadette bernie detta
bethany beth
beverly bev
bradley brad
brandon bran
brenda bren
brian bri
brianna bri breanna briana
bridget bridie biddy
brittany britt
bruce brucie
calvin cal
cameron cam
camila cami mila
carl carlie
carlos carlitos charlie
carmen carmela mencha
caroline carrie carol caro lina
carolyn carol carrie lyn
cassandra cass cassie sandra sandy
catalina cata lina cathy
catherine cathy kate katie cat cate cait kitty
katherine kathy kate katie kat kay kitty kathie
kathleen kathy kate katie kay
cecilia cece ceci celia sissy
cesar cesarito
charles charlie chuck chas charley chip
charlotte charlie lottie char lotte
chelsea chels
chester chet
christian chris
christina chris christy tina chrissy
christine chris christy tina chrissy
kristina kris kristy tina krissy
christopher chris kit topher christoph
clara clare claire
clarence clare
clement clem
clifford cliff
clinton clint
concepcion concha conchita connie
constance connie
consuelo chelo connie
cornelius neil connie
cristina cris tina
cristobal cris tobal
crystal crys
curtis curt
cynthia cindy cyndi
daniel dan danny dani
daniela dani dany
danielle dani danny elle
darlene darla
david dave davey davy
dean deano
deborah deb debbie debby debra
delores lola dolly
dolores lola lolita dolly
denise dee
dennis denny den
diana di
diane di
diego dieguito
dominic dom nick nicky
dominique dom nikki
donald don donnie
dorothy dot dottie dolly dora
douglas doug
duane dewey
dwayne wayne
edgar ed eddie
edith edie
eduardo eddie edu lalo
edmund ed eddie ned
edward ed eddie ted teddy ned
edwin ed eddie win
eleanor ellie nell nora elle
elena lena nena
elijah eli
elisa lisa eli
elizabeth liz lizzie beth betty eliza bess betsy libby lisa elsie ellie liza lizbeth
isabel isa bella izzy belle chabela
isabella isa bella izzy belle
emily em emmy millie
emma em emmy
emmanuel manny manuel
enrique kike rick quique
eric rick ricky
erica ricki
ernest ernie
ernesto ernie neto
esperanza espe
esteban steve
esther essie hettie
eugene gene
eugenia genie geni
evan ev
evelyn evie eve
ezekiel zeke
felipe phil pipe
fernando fer nando
fernanda fer nanda
florence flo flora
frances fran franny frankie
francesca fran franny chesca
francis frank fran frankie
francisco frank paco pancho cisco kiko
francisca paca paquita fran
franklin frank frankie
frederick fred freddie rick fritz
gabriel gabe
gabriela gaby gabby
gabriella gaby gabby ella
gabrielle gaby gabby elle
genevieve gen eve viv
geoffrey geoff jeff
george georgie
gerald gerry jerry
gerard gerry jerry
gerardo gerry jerry lalo
geraldine gerry geri
gilbert gil bert
gilberto gil beto
gloria glo
gonzalo chalo
gordon gordy
grace gracie
graciela chela grace
gregory greg gregg
gregorio greg goyo
gretchen greta
guadalupe lupe lupita
guillermo memo will bill
gustavo gus tavo
gwendolyn gwen wendy
hannah hanna
harold harry hal
harriet hattie
heather heath
hector tito
helen nell nellie lena
henry hank harry hal
herbert herb bert
herman manny
hilary hil
howard howie
hubert hugh bert
hugo hughie
humberto beto
ignacio nacho iggy
immanuel manny
ian iain
irene rena
isaac ike zac
isaiah izzy zay
isidore izzy
israel izzy
ivan vanya
jacob jake jay coby
jacqueline jackie jacqui
jaime jimmy
james jim jimmy jamie jem
jane janie jenny
janet jan
janice jan
jasmine jas jazz
jason jay jase
javier javi
jeffrey jeff
jeremiah jerry jere
jeremy jem jerry
jerome jerry
jessica jess jessie
jesse jess
jesus chuy chucho
jill jilly
joanna jo joann
joanne jo
joaquin quin
joel joe
john jack johnny jon jock
jonathan jon johnny nathan jonny
jordan jordy
jorge george coque
jose joe pepe che
josefina jo josie fina pepa
joseph joe joey jo
josephine jo josie fina
joshua josh
joyce joy
juan johnny juanito
juana juanita
judith judy judi
julia julie jules
julian jules
juliana julie jules ana
julie jules
juliet julie jules
justin jus
karen kari
kayla kay
kelly kel
kenneth ken kenny
kevin kev
kimberly kim kimmy
krista kris
kristen kris kristy
laura laurie lori
lauren laurie lori ren
lawrence larry lars laurie
leandro leo
leonard leo len lenny
leonardo leo nardo leon
leopold leo
leslie les
lester les
lewis lew lou
lillian lily lil lilly
linda lindy lin
lindsay lin
lorraine lori
louis lou louie
louise lou lulu
lourdes lulu
lucas luke
lucia lucy
lucille lucy lu
luis lucho lou
luisa lulu
luz lucita
lydia liddy
mackenzie mac kenzie
madeline maddie maddy lina
madison maddie maddy
magdalena lena maggie magda
malcolm mal
manuel manny manolo
marcella marcy
marcos marc mark
marcus marc mark
margaret maggie meg peggy marge margie greta rita daisy peg
margarita maggie rita mago
maria mary marie mia mariah
maribel mari bel
marianne mary anne
marilyn mary lyn
mario marito
marjorie marge margie
marsha marcia
martha marty mattie patsy
martin marty
marvin marv
mary molly polly mae mamie marie
mathew matt matty
matthew matt matty
mateo matt teo
matilda tilly mattie
maureen mo
maurice mo morris
mauricio mau
maxwell max
maximilian max
maximiliano max maxi
megan meg
melanie mel
melinda mindy mel
melissa mel missy lissa
melody mel
mercedes mercy meche
michael mike mikey mick mickey micah
michaela mickey kayla mika
michelle shelly mickey chelle
miguel mike migue
mildred millie
miranda randy mandy
miriam mimi mim
mitchell mitch
mohammed mo mohamed muhammad mohammad
monica mona
montgomery monty
morgan mo
myron ron
nancy nan
naomi nomi
natalia nat talia tasha
natalie nat
natasha nat tasha
nathan nate nat
nathaniel nate nat nathan
nelson nels
nicholas nick nicky nico
nicolas nick nico
nicole nikki nicky nic
nicolette nikki
norman norm
octavio tavo
olivia liv livvy ollie
oliver ollie
oscar ozzie
pamela pam
patricia pat patty trish tricia patti
patricio pat
patrick pat paddy rick
paul paulie
paula polly
pauline polly
pedro pete
penelope penny
peter pete
philip phil pip
phillip phil pip
phyllis phyl
pilar pili
priscilla cilla prissy
prudence prue
rachel rach shelly
rafael rafa rafe
ramon ray moncho
randall randy
randolph randy
raul rauly
raymond ray
rebecca becky becca beck
refugio cuca
reginald reg reggie
regina gina reggie
renee ren
ricardo rick ricky richie
richard rick rich dick ricky richie
robert bob bobby rob robbie bert robby
roberta bobbie robbie berta
roberto bob beto rob
robin rob
rocio chio
rodney rod
rodolfo rudy fito
roderick rod rick
rodrigo rod rigo
roger rog
roland rolly
ronald ron ronnie
rosa rosie rosita
rosalind roz rosie
rosalie rosie
rosario chayo charo
rose rosie
rosemary rose rosie
roxanne roxy
rudolph rudy
russell russ rusty
ruth ruthie
salvador sal chava
salvatore sal
samantha sam sammy
samson sam
samuel sam sammy
sandra sandy
santiago santi chago diego
sara sally sarah sadie
sarah sally sadie
savannah vanna
sebastian seb bastian
selena lena
serena rena
sergio checo
shannon shan
sharon shari
sheila shel
sheldon shelly
shirley shirl
sidney sid
silvester sly
simon si
solomon sol
sofia sophie sofi
sophia sophie soph
spencer spence
stanley stan
stephanie steph stevie
stephen steve stevie steph
steven steve stevie
stuart stu
susan sue susie suzy
susana susie suzy
suzanne sue susie suzy
sylvia syl
tabitha tabby
tamara tammy
teresa terry tess tessa teri tere
theresa terry tess tessa teri
terrence terry
thaddeus thad tad
theodora dora thea
theodore ted teddy theo
thomas tom tommy
tiffany tiff
timothy tim timmy
tobias toby
tracy trace
travis trav
trinidad trini
trinity trin
tyler ty
tyrone ty
ulysses uly
valentina val tina valen
valerie val
vanessa nessa
veronica ronnie roni vero
vicente chente vince
victor vic
victoria vicky tori vic vicki
vincent vin vinny vince
viola vi
violet vi
virginia ginny ginger
vivian viv
vladimir vlad
walter walt wally
wanda wendy
warren ren
wayne way
wendell del
wesley wes
wilfred will fred
wilhelmina mina billie willa
william bill billy will willy liam willie
winifred winnie fred
winston win
xavier zay javier
yolanda yoli
yvette eve
yvonne eve
zachariah zach zack
zachary zach zack zak
zoe zoey
"""


def _by_name() -> Mapping[str, frozenset[int]]:
    families: dict[str, set[int]] = {}
    for number, line in enumerate(_FAMILIES.strip().splitlines()):
        for name in line.split():
            families.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in families.items()}


_BY_NAME = _by_name()
_NONE: frozenset[int] = frozenset()
_NOBODY: frozenset[str] = frozenset()


def families(name: str) -> frozenset[int]:
    """Return the numbers of the families that a folded given name belongs to; none for most names."""
    return _BY_NAME.get(name, _NONE)


def kin(name: str) -> frozenset[str]:
    """Return the folded given names that a folded one may stand for, without itself: ``bob`` for ``robert``."""
    return frozenset(_members().get(name, _NOBODY))


@lru_cache(maxsize=1)
def _members() -> Mapping[str, set[str]]:
    members: dict[str, set[str]] = {}
    for line in _FAMILIES.strip().splitlines():
        names = line.split()
        for name in names:
            members.setdefault(name, set()).update(names)
    for name, others in members.items():
        others.discard(name)
    return members


def akin(name: str, other: str) -> bool:
    """Return whether two folded given names stand for one another: ``bob`` and ``robert``."""
    return not families(name).isdisjoint(families(other))
