"""Given names and surnames that Faker's lists lack, by where they are at home; lower case, without accents."""

from __future__ import annotations

GIVEN = frozenset(
    # Wales, Ireland, Scotland, short and pet forms in English
    """
    aled alun angharad anwen branwen carys ceri ceris cerys dafydd delyth dilwyn eirlys eluned emlyn emyr eleri ffion
    geraint gethin gethyn gwenllian hefin huw hywel ieuan ifan iolo llew lowri mair mared meinir meirion morwenna
    myfanwy nerys owain rhodri rhydian sioned steffan tomos trefor wyn
    daithi
    felim fionn gobnait
    proinsias riona ruaridh
    ailsa alasdair dougal eilidh ewen fearghas gillies innes
    mairi mhairi morag morven muireall murdo ruaraidh senga struan
    becca
    davo
    dougie
    geordie gordie howie izzie jacko
    jilly jimbo johnno kaz kell kimmy
    maddie maisie
    mim moll nance
    nev nige norm pammy
    prue rosamund
    tamsin tish
    tommo trev trixie verity viv wilf
    """.split()
    # African-American, Caribbean, Spanish and Portuguese of the Americas
    + """
    cuauhtemoc
    inocencia
    xochitl
    ailton arlindo caetano cleber conceicao elisangela everton gilson helio
    jandira jussara luiz
    nivaldo rosana tainara tatiane valdir vanderlei wagner
    """.split()
    # South Asia
    + """
    aarti abhay abhijit abhishek aditi ajay ajit akash akhil alok aman ambika amitabh amrit anand ananya anil
    ankit ankita ankur anuja anupama anuradha anushka aparna apoorva archana arnab aruna arundhati arvind ashish ashok
    ashwin ashwini asmita atul avinash babita baljit balwinder basanti bhanu bharat bharati bhavana bhavesh bhupinder bimal binod bipin
    chandan chetan chetna chirag chitra daljit darshan debashish debjani deepali deepti devendra dhananjay dharmendra dilip
    dinesh dipak dipti durga ganesh geeta govind gurdeep gurjit gurmeet gurpreet gurvinder
    hardeep harinder harjit harleen harmeet harpreet harsha harshad hemant hetal himanshu indrani
    jagjit jaspal jasleen jasmeet jaspreet jasvinder jayanti jayesh jignesh jitendra jyotsna kailash kalpana kalyani
    kamlesh kanchan kapil karthik kartik karuna kaushik kavita ketan kiran kirti kishore komal kulwinder kunal lalit lakshman latha laxman
    laxmi madhu madhuri mahendra mahesh mamta manav mandeep mangesh manisha manish manjit manju manjula manoj manpreet mayank mayur
    meena meenakshi mehul milind minal mithun mohan mohit mukesh mukul murali muthu nagesh naina nalini naman namrata
    nandita narayan narendra naresh navdeep navneet navya neelam neeraj neeta nilesh nimisha nirmala nishant nithya nitin
    padmini pankaj parag paras paresh parminder parvati parul pavan payal piyush poonam prabhakar prabhu prachi pradeep pradip
    prakash pramod pranjal prasad prasanna prashant pratibha pratik praveen preeti preethi prem prerna prithvi priti priyanka puneet punita purnima
    pushpa raghu rajan rajat rajeev rajendra rajinder rajiv raju rakesh rakhi raman rameshwar ramya
    ranjan ranjana ranjit ranjeet rashmi ratan rathi ravindra reena reema rekha renu renuka revathi richa ridhima rishabh ritesh ritika ritu
    rohini rohit roshni ruchi rukmini rupa rupal rupali sachin saloni sameer sanchita sandhya sangeeta sanjana sanjeev sanjit santosh sapna
    saroj satish satinder satwinder saurabh savita seema shailesh shakti shalini shantanu sharada sharad sharmila shashank shashi sheetal shekhar
    shilpa shipra shiv shobha shraddha shruti shubham shweta shyam simran snehal sonal sonali sourav sridevi sridhar srikanth
    srinivas subhash subramaniam sudha sudhir sujata sujit suman sumit sumita sundar suneel sunil surbhi surinder sushil sushma swapna swapnil
    swathi swati tanmay tanuja tarun trupti tushar uday umesh upasana urmila uttam vaibhav vaishali vandana vani varun
    vasant veena venkat venkatesh venkata vibha vidhya vidya vijaya vikas vimal vimala vinay vineet vinita vinod vipin vipul viral vishal
    vishnu vivek yashwant yogesh
    aamna abida adeel afshan afzal ahsan aiman ajmal akhtar aleem ambreen amjad anam aqeel arsalan arshad
    asim atif azhar bashir bushra erum fahad faisal faiza faraz farhana farooq farzana fawad fazal fehmida
    ghazala hafeez haider hammad hanif haroon hashim hina humayun husna ijaz imtiaz inam iqbal iqra irum ishaq
    ishrat jabeen javed javeria junaid khadim khurram kulsoom lubna madiha mahnoor majid maliha
    mansoor maqsood masood mehreen mehwish misbah mubashir mudassar muneeb muneer munir muqaddas mushtaq nadira
    naila naseem naseer nasreen naveed nazia nida nighat nosheen parveen qaiser rabia rameez razia
    rehan rehana riaz rizwan rubina rukhsana saadia sabeen sadaf saeed saima saira sajid sajjad saleem saman sameena sanam
    saqib sarfraz shabana shabbir shabnam shafiq shahbaz shahid shahida shahnaz shahzad shaista shakeel shamim shazia shehnaz shehzad shoaib shumaila
    sidra sobia sohail sultana sumaira tahira tanzeela tasneem tauqeer tayyab tehmina umer uzma wajid
    waleed waqar waqas waseem yousaf younis zahida zeeshan zubair zubeda zulfiqar
    anowar arefin habibur jahanara mizanur mehedi nazmul nusrat rafiqul rokeya shafiqul shirin sumaiya tahmina taslima
    chamari chaminda dilini dilshan dinusha isuru kasun kumari lahiru malini malith nadeesha nilanthi nimal nuwan pathum ruwan sachini sajith sanduni
    sanjeewa thilina tharindu tharushi upul
    """.split()
    # Arab world, Iran, Turkey, Central Asia
    + """
    abdel abdelaziz abdulaziz abdulla abdulrahman afaf ahlam alaa amer
    ammar aseel ashraf asmaa atef basma chadi dalal ehab essam fadi
    fadia fadwa fahd fathi fatin fatimah fawzi fayez feras ghada ghassan hadeel haitham hala hamada
    hamdan hamdi hamed hanaa hanan hanin haya hazem hisham hoda houria husam hussam ibtisam
    inas intisar issam jaber jawad kadim khalida khawla lamia latifa loubna maha
    manal mansour maram marwan mazen menna moataz moncef mouna muna munira
    nader nagwa najat nayef nisreen nizar noha noura nouf omaima
    oumaima rafik raghad rami rasha rawan razan rihab riham rowaida ruba
    safa safaa sahar saif samah sameh samia samr sawsan sayed shaimaa
    sherif siham sirine soad sondos soukaina sulaiman sumaya taher tahani tamer tarek thamer wafaa wael
    wedad wiam widad yaser zaki zayed zeina zeinab ziad zuhair
    afshin alireza amirhossein anahita arash arezoo azadeh babak bahman bahram behnam behrouz bijan dariush davood elaheh elham elnaz farhad faranak
    fariba farideh farnaz farshad farzad farzaneh fereshteh firouz ghazal golnaz hamidreza hedieh homa hooman hossein iraj javad kambiz kaveh keyvan
    khosrow ladan laleh mahin mahsa mahshid mahtab mana mandana masoud mehran mehrdad minoo mohsen mojgan morteza
    nahid nasrin navid nazanin niloofar niloufar nima nooshin omid pantea parisa parvin payam payman pegah peyman pouya ramin reyhaneh
    saeid samaneh sanaz sepideh setareh shadi shahin shahram shahrzad shima shohreh siamak simin siavash soheil tahereh taraneh
    yasaman zohreh
    alper asli aslı asuman aysegul aysun basak batuhan belgin berk berkay berna betul
    beyza bilge bora bulent burcu cagla caner cemile ceren ceyda devrim dilek duygu ebru
    emel emrah erdem erhan ersin eylem fahri fatos feride fikret firat fulya funda furkan
    gamze gonca gulcan gulden gulsah guven hacer halime hande haydar idil
    ilkay ilker ipek irem izzet kerem kubra levent melike melis meltem
    nazan nazli neslihan nihat nilay nilgun nilufer nurgul oguz oguzhan
    okan oktay ozan pelin pinar polat rukiye savas sefa sema
    senem serap serdar serhat sevda sevgi seyma sinem tahsin taner tayfun
    temel tolga tuba tugba tuncay ufuk ulku umit yagmur yalcin yeliz yesim yildiz yonca
    zafer zuhal
    aigerim ainur aizhan almas alisher aruzhan asel azamat bakyt bekzod bolat dilnoza dilshod dinara farrukh galiya gulnara kanat nargiza
    nodira nursultan ravshan rustam saltanat sherzod shokhrukh togzhan ulugbek yerlan zhanna
    aram araksya anush ararat arpine ashot davit garik gevorg hakob hasmik hayk hovhannes lilit lusine mher nare narek narine nune ruzanna
    samvel siranush tatev tigran vahan vardan avtandil besik gela giga giorgi irakli ketevan khatia lasha levan mariami natia nodar
    otar sopho tornike vakhtang zaza zurab
    """.split()
    # Africa
    + """
    abiola abimbola adaora adebayo adebola adeola adeyemi adesuwa afolabi akin akinyele amaka anuoluwapo
    ayomide babajide babatunde bisi bola bolaji bolanle bukola buchi chibueze chidinma chidiebere chike chikezie chima chimamanda
    chinenye chinonso chinwe chioma chisom chukwuma damilola dayo dele ebere ejike
    enitan ezinne femi feyisayo folasade funke funmi funmilayo gbenga idowu ijeoma ikechukwu
    iyabo jide jumoke kayode kehinde kemi kunle lanre lekan ndidi nkechi nkem nkiru nnenna nwando
    obiageli olabisi oladele olajide olamide olatunde olayinka olubunmi olufemi olumide olusegun oluwaseun oluwatobi
    oluwaseyi oluwatosin onyeka opeyemi oreoluwa osagie osas rotimi sanusi segun seyi somto taiwo temitope
    tolu tope tosin ugochi ugonna uju uzoma uzo wale wole yakubu yemi yinka zubairu
    abla adjoa araba ebo efua ekua kobina kobby maame
    nii paa aminata awa babacar bintou cheikh coumba demba diarra djibril fatoumata fatou ibrahima khady kadiatou mariama
    modou ndeye ousmane oumar oumou pape penda rokhaya salimata seydou sekou sira souleymane thierno yacouba yaya
    adhiambo awino awuor cherono kipchoge
    njambi nyokabi
    waithera waithira wamaitha akello apio nakato
    nalubega nalwanga namukasa nansubuga opio ssebo wasswa babirye furaha khamis mwajuma mwanaidi salama shabani
    upendo zawadi habtamu abebe abeba addis alemayehu aster bekele berhane bethlehem biruk dawit desta eyerusalem frehiwot genet getachew girma haile
    kebede kidist lemlem mekdes mesfin meseret mulugeta selam selamawit senait tadesse tesfaye tigist tsion yared yohannes yonas zenebe
    abdiwahab faduma fartun guled hodan ifrah sagal warsame
    ayanda ayabulela bheki bongani bonginkosi buhle cebisile dineo fikile itumeleng kagiso karabo katlego khanyi
    kgosi kopano lebogang lethabo lesedi lindiwe lindani lwazi lulama makhosi mandisa mbali mbuso melusi mfundo mmabatho mpho mpumelelo
    mzwandile naledi nandi nkosana nkosazana nkosinathi nokuthula nokwanda nolwazi nombulelo nomfundo nompumelelo nomsa
    nontobeko nosipho ntombi ntombifuthi palesa phindile phumzile qhawe refilwe sello senzo
    siphokazi siphiwe siyanda sizwe sphesihle tebogo thabang thabiso thandi themba thembi thembinkosi thulani thuli tiisetso tshepo
    tshegofatso tumelo unathi vusi wandile xolani xolile zanele zandile zama zodwa zweli chipo chenai chiedza farai fungai kudzai munashe nyasha rudo
    ruvimbo rutendo tafadzwa takudzwa tapiwa tariro tatenda tendai tinashe tinotenda vimbai chilufya mulenga mutale mwansa mwila thokozani
    """.split()
    # East and South-East Asia and the Pacific
    + """
    akihiko akiko akio atsuko ayaka ayako ayame ayumi chie chihiro daichi daiki eiji eiko emi emiko etsuko fumio
    haruki hayato hideaki hikari hikaru hinata hiro hiromi hiroto hisako hisashi hitomi honoka ichiro isamu itsuki jiro
    junichi junko kaede kaoru katsumi kazue kazuki keiko keisuke kenta kentaro koichi koji kosuke kotaro kouki
    kyoko maiko makoto mami masahiro masaki masami masato masaru mayu mayumi megumi michiko midori mieko miho
    minako misaki mitsuko mitsuru miwa miyuki mizuki natsuki natsumi noboru nobuko nobuo noriko norio
    reiko rie ryo ryoko ryota ryu sachiko satoko satoshi sayaka seiji shigeru shinichi shinji shiori shizuka
    shunsuke sota sumiko susumu tadashi takahiro takako takashi takayuki takeshi takumi tatsuya tetsuo tetsuya tomoka tomoko
    tomomi toru tsuyoshi wakana yamato yasuko yasuo yuichi yuka yukari yukiko yukio yuko
    yumi yuriko yusuke yuto yuya
    byung chang chul dae donghyun eun eunbi eunji eunjung gyeong haneul hayoon heejin hoon hyejin hyemin hyeri hyun hyunjin hyunsoo hyunwoo hyuk inho jaehyun
    jaemin jeong jeongmin jieun jihoon jihye jihyun jimin jinho jinhee jinwoo jisoo jisu jiwon jiwoo jiyeon jiyoung joon jooyoung junho junseo kyung kyungmin minah minji
    minjae minjeong minjun minho minseo minsoo minyoung myung nari sangwoo sejin seojun seokjin seonghyun seoyeon seoyun seung seunghee seungmin sohee sojin somin
    soojin sooyoung soyeon suji sujin sumin sunghoon taehyung taemin wonho woojin yeji yejin yejun yerin yoona yoonseo younghee youngmi yujin yuna
    bich chien cuong diep dinh duy giang hieu hoai hong huyen khanh kieu
    ngan nghia ngoc nguyet nhan nhi nhung oanh quoc quyen quynh thang thao
    thien thinh thuan thuy trang trinh tuyen tuyet viet vinh
    apinya anong arthit boonmee chai chaiwat chanida chaninat jaidee kanya kamon kittisak malee nattapong natthaya niran nuntida phakphum ploy pimchanok pongsak
    prasert preecha ratana saowanee siriporn siriwan somchai somkid sompong sukanya sunisa supaporn suphansa suriya tanawat thanakorn thanaporn thaksin tida wanchai wanida
    wichai wirat yuphin
    agung andi anggi arief bayu dedi endang fajar fitri hartono
    kadek ketut kurniawan lestari mulyani ningsih puspita
    retno rizky setiawan sri sugeng suharto sukma sulastri sumarni suparman susanti sutrisno
    utami wati wayan widodo yanti yudi
    amirul azizah azlan azman faizal faridah hafizah haziq izzati jamilah kamarul khairul liyana mazlan mohd nabilah
    nazri norhayati norliza nurhaliza rahim rashidah rohana rosnah roslan safiah salmah shahrul sharifah syafiq syahirah syamsul zainal zaleha zulkifli zuraidah
    amihan angelito analyn arnel bayani bongbong corazon crisanto dindo divina dodong
    florante girlie jejomar jennylyn jericho jhun jonalyn joselito jovelyn
    junjun ligaya liezel liwayway luzviminda maricris marites marivic nenita nonoy rizalino rodel rommel
    hohepa hone mahina makareta
    pania rangi rewi tipene alofa fetu ioane losa mele salote semisi siosaia tavita tevita
    viliami
    """.split()
    # Eastern, northern and southern Europe
    + """
    afanasy akim aleksey alevtina alyona anastasiya anatoliy anatoly andrii
    anzhela arkady arseny artem artyom bronislav danil danila danylo daryna dasha dmitriy dmitry dmytro egor
    evgeni evgeny fedir filipp gennady georgy gleb grigory halyna hennadiy hryhoriy ihor ilya
    katya khrystyna kirill klavdia kostya kostiantyn ksenia kseniya kyrylo larysa lesya liliya lilya lyuba lyubov lyubomyr lyudmila
    maksym marharyta mariya maryna misha mykhailo mykola mykyta nadezhda nadiya nastya nataliya nazar nikolay ninel oksana
    oleh oleksandr oleksiy olesya olha orest ostap pavlo petro rodion semyon serafima serhii serhiy
    snezhana sofiya solomiya svitlana svyatoslav taisiya taras tetiana tetyana tikhon timofey tymofiy ulyana vadym valentyna
    valeriy vasily vasilisa viacheslav viktoriya vitaliy vitaly vladyslav volodya volodymyr vova vsevolod
    vyacheslav yakov yaroslav yaroslava yefim yegor yekaterina yelena yevgeny yevhen yevheniya yuliya yuriy zakhar zhenya zinaida zlata zoya
    bartosz bogna bogumila bogusław boguslaw
    edyta genowefa gosia iga
    jagoda jarek
    krzysiek lechoslaw lucyna maciek maryla michalina mieczyslaw
    mikolaj milosz oliwia olek patrycja piotrek przemek przemyslaw radoslaw rafal remigiusz
    sylwester tomek weronika wieslawa wiktoria wladyslaw
    wojtek zbyszek zdzislaw zosia zuzanna zygmunt
    zdena zuzka
    fruzsina ivett
    lorant
    szandra
    vladut
    bojana borislav boyan boyko brankica
    desislava dimitar dubravka elvir georgi goranka hristo
    ivaylo kiril kosta kresimir
    ljubomir majda marinko mileva milivoj miljan miloš
    mitja momir neda nedeljko nevena novak obrad ognjen olivera plamen
    ratko rosen sanel senka srdjan stipe
    strahinja suada svetla tihana tihomir tijana vedrana velimir vjeran
    vlatka vojislav zivka zlatan zlatka zorana zvonimir
    albana besa elira flutura genti gezim lirije nexhmije petrit
    valmira vjosa
    achilleas afroditi agapi aikaterini angeliki antonis aristea argyro artemis aspasia athina chara charalampos chariklia chryssa
    chrysoula dimitra dimitris dionysia efstathios efthymia elefteria eleftherios elpida evagelia evdokia filippos fotini fotis
    foteini garifallia giannis giota grigoris ioanna iraklis kalliopi konstantina kostas kyriaki kyriakos lefteris magdalini makis manolis
    markos michalis mihalis myrto nefeli nektarios nikos ourania panagiotis panagiota panos paraskevi parthena pavlos pelagia pinelopi polyxeni
    sakis savvas sotiria sotiris spyridoula spyros stamatia stamatis stavroula stelios stergios styliani takis tasos thanasis thanos theano themis thodoris
    theofilos vaggelis vangelis vasiliki vasilis vassilis voula xanthi yiannis yiota yorgos zoi
    auli iiro
    mirva miska panu
    saana teijo
    topi unto urho urpo vappu
    aase atle borge
    erlend gard gisle guro
    haakon halvor ingvild jarle
    kaare karianne ketil
    magnhild oystein oyvind
    snorre
    thorbjorn thorvald tiril torgeir torhild torkel tormod trygve vibeke
    didzis egita ingus
    laima lasma nauris sandris
    birute daiva danguole gintaras ginta jurate kazys laimonas nijole
    rimantas rimvydas skirmante valdas virginija zilvinas eha hele helve ilmar imbi
    kalev kersti leelo liis liisi liina maarika mait neeme sulev taavi taimi
    tonis uku urve viive
    """.split()
    # German, Dutch, French, Italian, Maltese, Basque and Catalan
    + """
    bjoern
    hauke
    ruediger
    ulli
    aafke aad aart arjan arjen arnoud cor diede douwe eelco fokke freek frits gerben
    hanneke harmen hein ineke jaap jacco janneke joop jorrit kees koos leontien
    machteld marjolein marloes menno nelleke reinier riet rinus
    roelof rogier rutger ruud sjaak sjors sybren tjeerd toos truus wietske wijnand wilco willeke willemijn
    albane
    emeric
    gwendal
    titouan
    violaine
    benedetta
    costanza enrica flaviana
    gennarino gianpiero ginevra giustina
    immacolata lorella
    monia nunzia orietta paolina pasqualina
    rossella salvo
    ainhoa ander arantxa asier carles edurne eneko enric ferran garazi gorka idoia iñaki jaume jokin julen koldo llorenc lluis
    meritxell miren montse nagore neus oihane oriol pere quim sergi txema unai unax uxue xabier zuriñe
    """.split()
)

SURNAMES_OF_THE_WORLD = frozenset(
    """
    achterberg adair ainsworth akinfenwa alderson amadi ashworth attwood babatunde bairstow barraclough barrowclough beaumont
    bhattacharya bickerstaff blackwood bottomley braithwaite brearley broadbent brockway butterfield butterworth cadwallader carmichael chattopadhyay
    clutterbuck coghlan coleridge colquhoun crabtree crowther cunliffe cuthbertson dalgleish danquah delacroix
    drinkwater duckworth durrant dyson eastwood eccles edgeworth eguavoen entwistle fairbanks fairclough falconer farquhar farquharson featherstone
    fenwick fotheringham gallacher gatewood gilmour goldberg gopalakrishnan grabowski greenhalgh
    grimshaw gunawardena halliday hardcastle hathaway haverford hawthorne higginbotham hinchcliffe
    holroyd horsfall ibekwe jablonski jankowski jayawardena jephcott kaczmarek kamara kenyatta kirkpatrick koroma
    kowalczyk kowalski kumalo laghari lamptey laurier leadbetter leatherbarrow lewandowski lightfoot lingard livingstone llewellyn lockwood lomax longbottom
    lovelace macallister macgregor mackintosh macleod makwana mandela marchetti marchbanks mastronardi mbeki mcallister
    mccartney mccormack mcculloch
    mehta merriweather mohapatra mokoena morozov mudau
    mugabe muirhead mulholland mutasa naidoo nakashima nakata nambiar ndiaye netshitenzhe nightingale nunn
    ogunbanjo okoye olatunji oldfield oyelaran oyelowo paderewski padgett palaniappan pankhurst papadakis papadopoulos
    pemberton pendleton penhaligon pettigrew pickersgill pilkington platt poindexter postlethwaite priestley prud'homme radcliffe rajapaksa
    ramsbottom rathbone ravenscroft renshaw rosenthal rothwell santangelo satterthwaite senanayake shackleton
    shuttleworth sidebottom siddiqui sikorski skelton smethurst snodgrass somerville spielberg stebbings stirling sutcliffe swarbrick szymanski tanabe
    thackeray thistlethwaite threlfall thwaites tolkien tregenza trelawney trevelyan tshabalala udoh ugwu unsworth uzoma vanderbilt vandermeer vasilenko venkatesan
    vishwanathan wadsworth wainwright waldegrave walmsley warburton wardle weatherby weatherall wedderburn whittingham wijesinghe wilberforce winterbottom winterbourne witherspoon wolstenholme woodhouse worthington wrigley wyndham
    zawadzki zielinski
    """.split()
)
